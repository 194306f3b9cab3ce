// @vitest-environment jsdom
import { ApiError } from "@assay/client";
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";
import { describe, expect, test } from "vitest";
import { fieldPath, Problems, problemsOf, sentence } from "../src/form";
import { useForm, type Form } from "../src/use-form";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

test.each([
  ["taxonomy.labels[0].attributes[2].name", "taxonomy.labels.0.attributes.2.name"],
  ["$.name", "name"],
  ["name", "name"],
  ["", ""],
])("%s is the place %s", (field, path) => {
  expect(fieldPath(field)).toBe(path);
});

describe("problems", () => {
  const problems = new Problems([
    { field: "name", message: "is empty" },
    { field: "taxonomy.labels[1].name", message: "used twice" },
    { field: "taxonomy.labels[10].name", message: "used twice" },
    { field: "", message: "the project is archived" },
  ]);

  test("are found at their field in either spelling", () => {
    expect(problems.at("taxonomy.labels.1.name")).toBe("Used twice.");
    expect(problems.at("taxonomy.labels[1].name")).toBe("Used twice.");
    expect(problems.at("taxonomy.labels[1]")).toBeUndefined();
  });

  test("are counted inside a part, and label 1 does not hold those of label 10", () => {
    expect(problems.within("taxonomy")).toBe(2);
    expect(problems.within("taxonomy.labels[1]")).toBe(1);
    expect(problems.within("")).toBe(4);
  });

  test("of no field on the screen are left for the top", () => {
    expect(problems.besides(["name", "taxonomy"])).toEqual([{ field: "", message: "the project is archived" }]);
  });

  test("come from any error, with its sentence when it names no field", () => {
    expect(problemsOf(new ApiError(409, "conflict", "already archived")).all).toEqual([
      { field: "", message: "already archived" },
    ]);
    expect(problemsOf(new Error("odd")).all).toEqual([{ field: "", message: "odd" }]);
  });
});

test("messages read as sentences, once", () => {
  expect(sentence("is empty")).toBe("Is empty.");
  expect(sentence("Really?")).toBe("Really?");
  expect(sentence("")).toBe("");
});

describe("a form", () => {
  function mount<R>(send: (value: { name: string; email: string }) => Promise<R>) {
    const seen: { form: Form<{ name: string; email: string }, R> } = { form: undefined as never };
    function Probe() {
      seen.form = useForm({ name: "", email: "" }, send);
      return null;
    }
    act(() => createRoot(document.createElement("div")).render(createElement(Probe)));
    return seen;
  }

  test("keeps the other fields' problems when one is changed", async () => {
    const seen = mount(async () => {
      throw new ApiError(400, "invalid", "bad", [
        { field: "name", message: "is empty" },
        { field: "email", message: "is no address" },
        { field: "", message: "whole" },
      ]);
    });

    await act(() => seen.form.submit());
    expect(seen.form.problems.at("name")).toBe("Is empty.");
    act(() => seen.form.set({ name: "Ada" }));

    expect(seen.form.problems.at("name")).toBeUndefined();
    expect(seen.form.problems.at("email")).toBe("Is no address.");
    expect(seen.form.problems.at("")).toBeUndefined();
    expect(seen.form.sending).toBe(false);
  });

  test("is sent once however often the button is pressed", async () => {
    let sent = 0;
    const seen = mount(async (value) => {
      sent += 1;
      await Promise.resolve();
      return value.name;
    });

    let results: unknown[] = [];
    await act(async () => {
      results = await Promise.all([seen.form.submit(), seen.form.submit()]);
    });

    expect(sent).toBe(1);
    expect(results).toEqual(["", undefined]);
  });
});
