// @vitest-environment jsdom
import { type AttributeValue, readTaxonomy } from "@assay/annotation";
import { act } from "react";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AttributeForm } from "../src/AttributeForm";

const { attributes } = readTaxonomy({
  attributes: [
    { name: "parked", title: "Parked", type: "category", required: true, choices: [{ name: "yes" }, { name: "no" }] },
    { name: "lane", title: "Lane", type: "number", minimum: 1, when: { attribute: "parked", any_of: ["no"] } },
    { name: "seen", type: "multiselect", choices: [{ name: "head" }, { name: "legs" }] },
  ],
});

let root: Root;
let place: HTMLElement;
let values: Record<string, AttributeValue>;
let steps: [string, AttributeValue | undefined][];

function show(): void {
  const onValue = (name: string, value: AttributeValue | undefined): void => {
    steps.push([name, value]);
    if (value === undefined) delete values[name];
    else values = { ...values, [name]: value };
    show();
  };
  act(() => root.render(<AttributeForm attributes={attributes} values={values} problems={[]} onValue={onValue} />));
}

/** The control that a label or a button's words name. */
function named(name: string): HTMLElement {
  const button = [...place.querySelectorAll("button")].find((each) => each.textContent === name);
  if (button) return button;
  const label = [...place.querySelectorAll("label")].find((each) => each.textContent?.startsWith(name));
  return label?.control ?? label!.querySelector("input")!;
}

function type(field: HTMLElement, text: string): void {
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!;
  act(() => {
    field.focus();
    set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  place = document.body.appendChild(document.createElement("div"));
  root = createRoot(place);
  values = {};
  steps = [];
  show();
});
afterEach(() => {
  act(() => root.unmount());
  place.remove();
});

describe("the questions about a mark", () => {
  it("appear when their condition is met", () => {
    expect(place.textContent).not.toContain("Lane");
    act(() => named("no").click());
    expect(place.textContent).toContain("Lane");
  });

  it("take one step for a number, when it is left, and none for what is no number", () => {
    act(() => named("no").click());
    const lane = named("Lane");
    type(lane, "1");
    type(lane, "12");
    expect(steps).toHaveLength(1);
    act(() => lane.blur());
    expect(steps.at(-1)).toEqual(["lane", 12]);
    type(named("Lane"), "many");
    act(() => named("Lane").blur());
    expect(steps).toHaveLength(2);
    expect((named("Lane") as HTMLInputElement).value).toBe("12");
  });

  it("give several choices in the order they are asked in, and nothing for none", () => {
    act(() => named("legs").click());
    act(() => named("head").click());
    expect(values["seen"]).toEqual(["head", "legs"]);
    act(() => named("legs").click());
    act(() => named("head").click());
    expect(steps.at(-1)).toEqual(["seen", undefined]);
  });

  it("are taken back by choosing the same answer again", () => {
    act(() => named("yes").click());
    act(() => named("yes").click());
    expect(steps).toEqual([["parked", "yes"], ["parked", undefined]]);
  });
});
