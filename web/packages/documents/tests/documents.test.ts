import { readTaxonomy } from "@assay/annotation";
import { imagePoint } from "@assay/geometry";
import { describe, expect, it } from "vitest";
import { DocumentEditor, type DocumentAnswer, EMPTY_DOCUMENT, type Region, checkDocument, directionOf, inReadingOrder, placeDocumentProblems, readDocument, runChord, without, writeDocument } from "../src/model";

const taxonomy = readTaxonomy({
  labels: [
    { name: "line", text: "required", shapes: ["box", "polygon"] },
    { name: "note", text: "optional", attributes: [{ name: "date", type: "datetime" }] },
    { name: "stamp" },
    { name: "row", shapes: ["group"], attributes: [{ name: "kind", type: "text", required: true }] },
  ],
  attributes: [{ name: "legible", type: "text", required: true }],
});
const pages = [{ width: 600, height: 800 }, { width: 800, height: 600 }];
const region = (id: string, x: number, y: number, more: Partial<Region> = {}): Region => ({ type: "box", id, label: "line", page: 0, text: "", x, y, width: 100, height: 20, ...more }) as Region;
const newEditor = (answer: Partial<DocumentAnswer> = {}, more: object = {}) => new DocumentEditor({ taxonomy, pages, answer: { ...EMPTY_DOCUMENT, ...answer }, ...more });
const commands = { submit: () => {}, toggleHelp: () => {}, toggleInstructions: () => {}, editText: () => true };
const press = (editor: DocumentEditor, ...chords: string[]) => chords.map((chord) => runChord(chord, editor, commands));

/** A box dragged out on the page in sight. */
function drag(editor: DocumentEditor, from: readonly [number, number], to: readonly [number, number], keys: object = {}): void {
  const input = { shift: false, alt: false, mod: false, touch: false, ...keys };
  editor.send({ type: "down", at: imagePoint(...from), ...input });
  for (const share of [0.5, 1]) editor.send({ type: "move", at: imagePoint(from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share), ...input });
  editor.send({ type: "up", at: imagePoint(...to), ...input });
}
const drawn = (editor: DocumentEditor) => editor.answer.annotations.map(({ label, page, text }) => [label, page, text]);

describe("drawing", () => {
  it("puts a region on the page in sight, and its text in hand", () => {
    const editor = newEditor();
    drag(editor, [10, 10], [110, 40]);
    expect(drawn(editor)).toEqual([["line", 0, ""]]);
    const [made] = editor.answer.annotations;
    expect(editor.state.drawn).toBe(made!.id);
    editor.goToPage(1);
    drag(editor, [700, 10], [900, 40]);
    expect(editor.answer.annotations[1]).toMatchObject({ page: 1, x: 700, width: 100 });
  });

  it("leaves the text where it is when a region is moved, resized, relabelled or copied", () => {
    const editor = newEditor({ annotations: [region("a", 10, 10, { page: 1, text: "Total" })] });
    press(editor, "tab", "arrowright", "mod+arrowright", "2", "mod+d");
    expect(editor.answer.annotations[0]).toMatchObject({ id: "a", label: "note", page: 1, text: "Total", x: 11, width: 101 });
    expect(editor.answer.annotations[1]).toMatchObject({ page: 1, text: "Total" });
  });

  it("takes the text away with the label that asked for it, and undo brings it back", () => {
    const editor = newEditor({ annotations: [region("a", 10, 10, { text: "Total" })] });
    press(editor, "tab", "3");
    expect(drawn(editor)).toEqual([["stamp", 0, ""]]);
    press(editor, "mod+z");
    expect(drawn(editor)).toEqual([["line", 0, "Total"]]);
  });

  it("reaches only what is on the page in sight", () => {
    const editor = newEditor({ annotations: [region("a", 10, 10), region("b", 10, 10, { page: 1 })] });
    editor.setTool("select");
    editor.goToPage(1);
    drag(editor, [60, 20], [160, 120]);
    expect(editor.answer.annotations).toMatchObject([{ x: 10 }, { x: 110 }]);
  });
});

describe("typing", () => {
  it("is one step for one region, however many letters", () => {
    const editor = newEditor({ annotations: [region("a", 10, 10), region("b", 10, 50)] });
    for (const text of ["T", "To", "Tot"]) editor.type("a", text);
    editor.type("b", "1");
    editor.endTyping();
    editor.type("b", "12");
    expect(editor.state.history.done).toHaveLength(3);
    press(editor, "mod+z", "mod+z");
    expect(drawn(editor)).toEqual([["line", 0, "Tot"], ["line", 0, ""]]);
    press(editor, "mod+z");
    expect(drawn(editor)).toEqual([["line", 0, ""], ["line", 0, ""]]);
    press(editor, "mod+y", "mod+y", "mod+y");
    expect(drawn(editor)).toEqual([["line", 0, "Tot"], ["line", 0, "12"]]);
  });

  it("is told to whoever keeps drafts, letter by letter", () => {
    const editor = newEditor({ annotations: [region("a", 10, 10)] });
    let told = 0;
    editor.onAnswer(() => (told += 1));
    editor.type("a", "x");
    editor.type("a", "xy");
    editor.type("a", "xy");
    expect(told).toBe(2);
  });
});

describe("undoing", () => {
  it("goes to the page that it changes", () => {
    const editor = newEditor();
    drag(editor, [10, 10], [110, 40]);
    editor.goToPage(1);
    drag(editor, [10, 10], [110, 40]);
    press(editor, "mod+z", "mod+z");
    expect(editor.state.page).toBe(0);
    expect(editor.answer.annotations).toEqual([]);
    press(editor, "mod+shift+z", "mod+shift+z");
    expect(editor.state.page).toBe(1);
    expect(editor.state.selection.size).toBe(1);
  });
});

describe("groups", () => {
  const three = [region("c", 10, 90), region("a", 10, 10), region("b", 10, 50)];

  it("are made of what is selected, in the order it is read", () => {
    const editor = newEditor({ annotations: three });
    editor.select(["c", "a"]);
    press(editor, "g");
    expect(editor.answer.groups).toMatchObject([{ label: "row", members: ["a", "c"] }]);
    editor.toggleSelected("b");
    press(editor, "g");
    expect(editor.answer.groups).toMatchObject([{ members: ["a", "b", "c"] }]);
  });

  it("lose what is deleted, and go with the last of it; deleting one keeps its regions", () => {
    const groups = [{ id: "g", label: "row", members: ["a", "b"] }, { id: "h", label: "row", members: ["c"] }];
    const answer = { ...EMPTY_DOCUMENT, annotations: three, groups };
    expect(without(answer, new Set(["a", "c"])).groups).toEqual([{ id: "g", label: "row", members: ["b"] }]);
    const editor = newEditor(answer);
    editor.selectGroup("g");
    expect([...editor.state.selection]).toEqual(["a", "b"]);
    press(editor, "delete");
    expect(editor.answer.groups.map(({ id }) => id)).toEqual(["h"]);
    expect(editor.answer.annotations).toHaveLength(3);
  });

  it("stay in hand while Shift changes the selection on the page", () => {
    const editor = newEditor({ annotations: three, groups: [{ id: "g", label: "row", members: ["a"] }] });
    editor.setTool("select");
    editor.selectGroup("g");
    drag(editor, [60, 60], [60, 60], { shift: true });
    expect([editor.state.group, [...editor.state.selection].sort()]).toEqual(["g", ["a", "b"]]);
    drag(editor, [60, 100], [60, 100]);
    expect([editor.state.group, [...editor.state.selection]]).toEqual([null, ["c"]]);
  });
});

describe("going through", () => {
  const regions = [region("low", 10, 200), region("right", 300, 12), region("left", 10, 10), region("next page", 0, 0, { page: 1 })];
  const order = (direction: "ltr" | "rtl") => inReadingOrder(regions, direction).map(({ id }) => id);

  it("follows lines in the direction of the language, page by page", () => {
    expect(order("ltr")).toEqual(["left", "right", "low", "next page"]);
    expect(order("rtl")).toEqual(["right", "left", "low", "next page"]);
    const editor = newEditor({ annotations: regions });
    press(editor, "tab", "tab", "tab", "tab");
    expect([...editor.state.selection]).toEqual(["next page"]);
    expect(editor.state.page).toBe(1);
    // Past the end the key leaves, and nothing is selected.
    expect(press(editor, "tab")).toEqual([false]);
    expect(editor.state.selection.size).toBe(0);
  });

  it("keeps a tall block out of the line beside it", () => {
    const block = region("block", 10, 8, { height: 300 });
    expect(inReadingOrder([region("a", 200, 10), region("b", 200, 40), block], "ltr").map(({ id }) => id)).toEqual(["block", "a", "b"]);
  });

  it("knows the direction of languages", () => {
    expect(["ar", "he-IL", "az-Arab", "en", "ja", "ur"].map(directionOf)).toEqual(["rtl", "rtl", "rtl", "ltr", "ltr", "rtl"]);
    expect([null, "not a language!"].map(directionOf)).toEqual([null, null]);
  });
});

describe("checking", () => {
  it("asks for text, for values of groups and for those of the whole", () => {
    const answer = { ...EMPTY_DOCUMENT, annotations: [region("a", 0, 0), region("n", 0, 50, { label: "note" })], groups: [{ id: "g", label: "row", members: ["a"] }] };
    expect(checkDocument(answer, taxonomy).map(({ markId, attribute, field }) => [markId, attribute, field])).toEqual([
      [null, "legible", "attributes.legible"],
      ["a", null, "annotations[0].text"],
      ["g", "kind", "groups[0].attributes.kind"],
    ]);
    expect(placeDocumentProblems([{ field: "answer.groups[0].members", message: "" }], answer)[0]!.markId).toBe("g");
  });

  it("lets go of problems as they are solved", () => {
    const editor = newEditor({ annotations: [region("a", 0, 0)], attributes: { legible: "yes" } });
    expect(editor.check()).toHaveLength(1);
    editor.type("a", "Total");
    expect(editor.state.problems).toEqual([]);
  });
});

describe("opening", () => {
  const second = { annotations: [region("b", 1, 2, { page: 1 }), region("c", 1, 2, { page: 1 })] };
  const first = { annotations: [region("a", 1, 2), ...second.annotations] };
  const voices = [{ name: "A", color: "#fff", answer: EMPTY_DOCUMENT }];

  it("begins in front for whoever reads, also where a guess is further on", () => {
    expect(newEditor(second).state.page).toBe(0);
  });

  it("begins where there is something to see for whoever only looks", () => {
    expect([second, first, {}].map((answer) => newEditor(answer, { readOnly: true }).state.page)).toEqual([1, 0, 0]);
  });

  it("begins for a reviewer where the readers disagree", () => {
    expect(newEditor(first, { voices, doubts: new Map([["c", "38%"]]) }).state.page).toBe(1);
    expect(newEditor(first, { voices }).state.page).toBe(0);
  });
});

describe("travelling", () => {
  it("leaves defaults out and fills them in", () => {
    const answer = { ...EMPTY_DOCUMENT, annotations: [region("a", 1, 2), region("b", 1, 2, { page: 1, text: " x " })], groups: [{ id: "g", label: "row", members: ["a"], attributes: {} }] };
    const wire = writeDocument(answer);
    expect(wire.annotations).toEqual([{ type: "box", id: "a", label: "line", x: 1, y: 2, width: 100, height: 20 }, { type: "box", id: "b", label: "line", page: 1, text: "x", x: 1, y: 2, width: 100, height: 20 }]);
    expect(wire.groups).toEqual([{ id: "g", label: "row", members: ["a"] }]);
    expect(readDocument(wire).annotations[0]).toEqual(region("a", 1, 2));
  });

  it("does nothing to what is only looked at", () => {
    const editor = newEditor({ annotations: [region("a", 10, 10, { text: "x" })] }, { readOnly: true });
    press(editor, "tab", "delete", "n", "2", "arrowleft");
    drag(editor, [200, 200], [300, 300]);
    editor.type("a", "y");
    expect(editor.answer.annotations).toEqual([region("a", 10, 10, { text: "x" })]);
  });
});
