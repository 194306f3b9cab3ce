/** What a form's answer is made of, without a page around it. */
import { readTaxonomy } from "@assay/annotation";
import { expect, test } from "vitest";
import { FormEditor, inWords } from "../src/form";
import { fieldOf, formProblems, valueAt, withValue, written } from "../src/form/values";

const { attributes } = readTaxonomy({
  attributes: [
    { name: "animal", type: "category", required: true, choices: [{ name: "bird", children: [{ name: "owl" }, { name: "crow", title: "Crow" }] }, { name: "fox" }] },
    { name: "nest", type: "text", required: true, when: { attribute: "animal", any_of: ["bird"] } },
    { name: "weight", type: "number", unit: "kg", minimum: 0 },
    { name: "marks", type: "multiselect", choices: [{ name: "x" }, { name: "y" }], choices_max: 1 },
    { name: "notes", type: "text", values_max: 3 },
    { name: "people", type: "group", values_max: 3, attributes: [{ name: "name", type: "text", required: true }, { name: "age", type: "number" }] },
  ],
});

test("a path leads into lists and groups, and is written as the server names fields", () => {
  const path = ["people", 1, "name"] as const;

  const values = withValue({}, path, "Ada");

  expect(valueAt(values, path)).toBe("Ada");
  expect(fieldOf(path)).toBe("attributes.people[1].name");
  expect(withValue(values, path, undefined)).toEqual({ people: [undefined, {}] });
});

test("what is sent leaves out blanks, empty groups, numbers that are none, and what is not asked", () => {
  const values = { animal: "fox", nest: "unasked", weight: Number.NaN, notes: ["a", " ", ""], people: [{}, { name: "Ada", age: 3 }] };

  expect(written(attributes, values)).toEqual({ animal: "fox", notes: ["a"], people: [{ name: "Ada", age: 3 }] });
});

test("a heading's condition is met by whatever is below it", () => {
  expect(formProblems(attributes, { animal: "owl" }).map(({ field }) => field)).toEqual(["attributes.nest"]);
  expect(formProblems(attributes, { animal: "fox" })).toEqual([]);
});

test("every wrong value is named by its field", () => {
  const values = { animal: "fox", weight: -1, marks: ["x", "y"], people: [{ age: 3 }, { name: "Bo", age: Number.NaN }] };

  expect(formProblems(attributes, values).map(({ field }) => field)).toEqual([
    "attributes.weight", "attributes.marks", "attributes.people[0].name", "attributes.people[1].age",
  ]);
});

test("problems that were shown go as they are solved, and the first is gone to", () => {
  const editor = new FormEditor(readTaxonomy({ attributes: [{ name: "a", type: "text", required: true }] }), {});

  expect(editor.check()).toBe(false);
  expect(editor.state.goTo).toEqual({ field: "attributes.a" });
  editor.set(["a"], "x");

  expect(editor.state.problems).toEqual([]);
  expect(editor.answer).toEqual({ attributes: { a: "x" } });
});

test("answers are told of once for each change", () => {
  const editor = new FormEditor(readTaxonomy({ attributes: [{ name: "a", type: "text" }] }), {});
  let told = 0;
  editor.onAnswer(() => told++);

  editor.set(["a"], "x");
  editor.set(["a"], "x");

  expect(told).toBe(1);
});

test("values are put in words", () => {
  const words = (name: string, value: Parameters<typeof inWords>[1]): string => inWords(attributes.find((each) => each.name === name)!, value);

  expect(words("animal", "crow")).toBe("Crow");
  expect(words("weight", 2.5)).toBe("2.5 kg");
  expect(words("notes", ["a", "b"])).toBe("a, b");
  expect(words("people", [{ name: "Ada", age: 3 }])).toBe("name: Ada · age: 3");
  expect(words("nest", undefined)).toBe("no answer");
});
