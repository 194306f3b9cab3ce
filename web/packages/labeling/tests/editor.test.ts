import { type Box, EMPTY_ANSWER, readTaxonomy } from "@assay/annotation";
import { imagePoint } from "@assay/geometry";
import type { PointerInput } from "@assay/tools";
import { describe, expect, it } from "vitest";
import { Editor, chordOf, runChord } from "../src/model";

const taxonomy = readTaxonomy({
  labels: [
    { name: "traffic", shapes: [], children: [{ name: "car", attributes: [{ name: "doors", type: "number", required: true }] }, { name: "bus", shapes: ["box", "polygon"] }] },
    { name: "corner", shapes: ["point"] },
  ],
});
const media = { width: 1000, height: 800 };
const car: Box = { id: "a", type: "box", label: "car", x: 100, y: 100, width: 50, height: 50 };
const newEditor = (annotations = [car], suggestions = EMPTY_ANSWER) =>
  new Editor({ taxonomy, media, answer: { annotations, attributes: {} }, suggestions });
const page = { submit: () => {}, toggleHelp: () => {}, toggleInstructions: () => {}, toggleReference: () => false, searchLabels: () => {} };

function pointer(editor: Editor, type: PointerInput["type"], x: number, y: number): void {
  editor.send({ type, at: imagePoint(x, y), shift: false, alt: false, mod: false, touch: false });
}
function drawBox(editor: Editor): void {
  pointer(editor, "down", 300, 300);
  pointer(editor, "move", 350, 350);
  pointer(editor, "move", 400, 380);
  pointer(editor, "up", 400, 380);
}

describe("the editor", () => {
  it("tells followers once per gesture and not per pointer move", () => {
    const editor = newEditor();
    let told = 0;
    editor.subscribe(() => (told += 1));
    drawBox(editor);
    expect(told).toBe(1);
    expect(editor.answer.annotations).toHaveLength(2);
  });

  it("undoes and redoes a gesture and never keeps a selection of what is gone", () => {
    const editor = newEditor();
    drawBox(editor);
    expect(editor.state.selection.size).toBe(1);
    runChord("mod+z", editor, page);
    expect(editor.answer.annotations).toEqual([car]);
    expect(editor.state.selection.size).toBe(0);
    runChord("mod+shift+z", editor, page);
    expect(editor.answer.annotations).toHaveLength(2);
  });

  it("relabels the selection by a number key and takes the label for what comes next", () => {
    const editor = newEditor();
    editor.select(["a"]);
    runChord("2", editor, page);
    expect(editor.answer.annotations[0]?.label).toBe("bus");
    expect(editor.state.label).toBe("bus");
  });

  it("takes the tool a label needs, and the label a tool needs", () => {
    const editor = newEditor();
    runChord("3", editor, page);
    expect([editor.state.label, editor.state.tool]).toEqual(["corner", "point"]);
    runChord("p", editor, page);
    expect([editor.state.label, editor.state.tool]).toEqual(["bus", "polygon"]);
  });

  it("offers only the tools that some label asks for", () => {
    expect(newEditor().tools).toEqual(["select", "box", "polygon", "point"]);
    expect(runChord("l", newEditor(), page)).toBe(false);
  });

  it("knows what a model proposed until it is touched", () => {
    const suggestions = { annotations: [car], attributes: {} };
    const editor = new Editor({ taxonomy, media, answer: { annotations: [{ ...car }], attributes: {} }, suggestions });
    expect(editor.isSuggested(editor.answer.annotations[0]!)).toBe(true);
    editor.select(["a"]);
    runChord("shift+arrowright", editor, page);
    expect(editor.answer.annotations[0]).toMatchObject({ x: 110 });
    expect(editor.isSuggested(editor.answer.annotations[0]!)).toBe(false);
  });

  it("goes to the first problem and forgets it once it is solved", () => {
    const editor = newEditor();
    expect(editor.check()).toHaveLength(1);
    expect([...editor.state.selection]).toEqual(["a"]);
    editor.setMarkAttribute("doors", 4);
    expect(editor.state.problems).toEqual([]);
  });

  it("opens the next photo with what was in hand, where that photo's labels have it", () => {
    const before = newEditor();
    runChord("p", before, page);
    const setup = { taxonomy, media, answer: EMPTY_ANSWER };
    expect(new Editor({ ...setup, hand: before.hand }).hand).toMatchObject({ label: "bus", tool: "polygon" });
    expect(new Editor({ ...setup, hand: { label: "gone", tool: "polyline" } }).hand).toMatchObject({ label: "car", tool: "box" });
  });

  it("draws, moves and sizes a box with the keyboard alone, within the photo", () => {
    const editor = newEditor([]);
    runChord("n", editor, page);
    expect(editor.answer.annotations).toMatchObject([{ type: "box", label: "car", x: 400, y: 300, width: 200, height: 200 }]);
    for (const chord of ["shift+arrowright", "mod+shift+arrowleft", "mod+arrowdown"]) runChord(chord, editor, page);
    expect(editor.answer.annotations).toMatchObject([{ x: 410, y: 300, width: 190, height: 201 }]);
    for (let i = 0; i < 100; i += 1) runChord("mod+shift+arrowright", editor, page);
    expect(editor.answer.annotations).toMatchObject([{ x: 410, width: 590 }]);
  });

  it("leaves locked marks alone", () => {
    const editor = newEditor();
    editor.select(["a"]);
    runChord("k", editor, page);
    runChord("delete", editor, page);
    runChord("arrowleft", editor, page);
    expect(editor.answer.annotations).toEqual([car]);
  });

  it("cycles through marks and then lets Tab go on", () => {
    const editor = newEditor([car, { ...car, id: "b", x: 500 }]);
    expect([runChord("tab", editor, page), runChord("tab", editor, page)]).toEqual([true, true]);
    expect([...editor.state.selection]).toEqual(["b"]);
    expect(runChord("tab", editor, page)).toBe(false);
    expect(runChord("shift+tab", editor, page)).toBe(false);
  });

  it("deletes the selection, but takes back a vertex while drawing", () => {
    const editor = newEditor([car]);
    editor.select(["a"]);
    runChord("p", editor, page);
    for (const [x, y] of [[10, 10], [60, 10]] as const) {
      pointer(editor, "down", x, y);
      pointer(editor, "up", x, y);
    }
    runChord("backspace", editor, page);
    expect(editor.answer.annotations).toEqual([car]);
    expect(editor.preview().path?.vertices).toEqual([[10, 10]]);
    runChord("escape", editor, page);
    runChord("backspace", editor, page);
    expect(editor.answer.annotations).toEqual([]);
  });
});

describe("chords", () => {
  const press = (key: string, keys = {}) => chordOf({ key, code: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...keys });
  it("read the same on every keyboard", () => {
    expect(press("Z", { ctrlKey: true, shiftKey: true })).toBe("mod+shift+z");
    expect(press("z", { metaKey: true })).toBe("mod+z");
    expect(press("?", { shiftKey: true })).toBe("?");
    expect(press("Tab", { shiftKey: true })).toBe("shift+tab");
    expect(press("&", { code: "Digit1" })).toBe("1");
    expect(press("я", { code: "KeyZ", ctrlKey: true })).toBe("mod+z");
    expect(press("a", { code: "KeyQ" })).toBe("a");
  });
});
