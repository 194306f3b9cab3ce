import { readTaxonomy } from "@assay/annotation";
import { describe, expect, it } from "vitest";
import { EMPTY_ENTITIES, type EntitiesAnswer, LABEL_KEYS, type Span, TextEditor, TextIndex, placedSpans, readEntities, runChord, runsOf, withLabel, withRelation, writeEntities } from "../src/model";

// The clef and the flag are beyond U+FFFF: fewer code points than UTF-16 units.
const TEXT = "Ada 𝄞 Lovelace wrote to Charles Babbage\nin London 🇬🇧.";
const taxonomy = readTaxonomy({
  labels: [
    { name: "who", shapes: [], children: [{ name: "person", shapes: ["span"] }, { name: "writer", shapes: ["span"], attributes: [{ name: "known", type: "text", required: true }] }] },
    { name: "place", shapes: ["span"] },
  ],
  relations: [
    { name: "lives_in", source_labels: ["who"], target_labels: ["place"] },
    { name: "knows", directed: false, source_labels: ["writer"], target_labels: ["person"] },
  ],
});
const page = { submit: () => {}, toggleHelp: () => {}, toggleInstructions: () => {} };
const span = (id: string, start: number, end: number, label = "person"): Span => ({ type: "span", id, label, start, end });
const newEditor = (answer: Partial<EntitiesAnswer> = {}, text = TEXT) => new TextEditor({ taxonomy, text, answer: { ...EMPTY_ENTITIES, ...answer } });
const press = (editor: TextEditor, ...chords: string[]) => chords.map((chord) => runChord(chord, editor, page));
const marked = (editor: TextEditor) => editor.answer.annotations.map(({ label, start, end }) => `${label}: ${editor.index.slice({ start, end })}`);

describe("the two ways of counting", () => {
  it("agree with the language's own letters", () => {
    const index = new TextIndex(TEXT);
    const letters = [...TEXT];
    expect(index.length).toBe(letters.length);
    for (let point = 0; point <= letters.length; point += 1) {
      const unit = index.unitOf(point);
      expect(unit).toBe(letters.slice(0, point).join("").length);
      expect(index.pointOf(unit)).toBe(point);
    }
    expect(index.slice({ start: 6, end: 14 })).toBe("Lovelace");
  });

  it("put a place within a letter at that letter", () => {
    const index = new TextIndex("a𝄞b");
    expect([0, 1, 2, 3, 4].map((unit) => index.pointOf(unit))).toEqual([0, 1, 1, 2, 3]);
  });

  it("cut blanks off and find words over lines", () => {
    const index = new TextIndex("  one  two\n\n three ");
    expect(index.trimmed({ start: 0, end: 7 })).toEqual({ start: 2, end: 5 });
    expect(index.trimmed({ start: 5, end: 7 })).toBeNull();
    expect(index.wordFrom(5)).toEqual({ start: 7, end: 10 });
    expect(index.wordFrom(10)).toEqual({ start: 13, end: 18 });
    expect(index.wordFrom(18)).toBeNull();
    expect(index.wordBefore(13)).toEqual({ start: 7, end: 10 });
    expect(index.wordBefore(2)).toBeNull();
    expect(index.widened({ start: 3, end: 8 })).toEqual({ start: 2, end: 10 });
  });

  it("come to an end at either end of the text, whatever stands there", () => {
    const index = new TextIndex("\n\n 𝄞 \n");
    for (let point = 0; point <= index.length; point += 1) {
      expect(index.wordBefore(point)).toBeNull();
      expect(index.wordFrom(point)).toBeNull();
    }
    expect(new TextIndex("").wordFrom(0)).toBeNull();
  });

  it("find words where no blanks are written", () => {
    const index = new TextIndex("私は東京に住んでいます");
    expect(index.slice(index.wordFrom(2)!)).toBe("東京");
  });
});

describe("runs", () => {
  it("cover the whole text once, each by exactly the spans over it", () => {
    const spans = [span("a", 0, 10), span("b", 2, 5), span("c", 4, 12), span("d", 4, 12, "place")];
    const runs = runsOf(placedSpans(spans, () => 0), 20, [{ start: 15, end: 16 }]);
    expect(runs.map(({ start, end, covers }) => [start, end, covers.map((cover) => cover.span.id).sort().join("")])).toEqual([
      [0, 2, "a"], [2, 4, "ab"], [4, 5, "abcd"], [5, 10, "acd"], [10, 12, "cd"], [12, 15, ""], [15, 16, ""], [16, 20, ""],
    ]);
  });

  it("put what lies within nearer to the text, and never two on one lane", () => {
    const spans = [span("outer", 0, 20), span("inner", 3, 6), span("beside", 7, 9), span("long name", 21, 22), span("next", 23, 24)];
    const lanes = new Map(placedSpans(spans, ({ id }) => (id === "long name" ? 8 : 1)).map((each) => [each.span.id, each.lane]));
    expect([lanes.get("inner"), lanes.get("beside"), lanes.get("outer")]).toEqual([0, 0, 1]);
    expect(lanes.get("next")).not.toBe(lanes.get("long name"));
  });
});

describe("the editor of texts", () => {
  it("marks with the keyboard alone: word by word, longer, labelled", () => {
    const editor = newEditor();
    press(editor, "arrowright", "arrowright", "shift+arrowright", "shift+arrowleft", "1");
    expect(marked(editor)).toEqual(["person: Lovelace"]);
    press(editor, "arrowright", "arrowright", "arrowright", "shift+arrowright", "1");
    expect(marked(editor)).toEqual(["person: Lovelace", "person: Charles Babbage"]);
    press(editor, "arrowright", "arrowright", "3");
    expect(marked(editor)[2]).toBe("place: London");
    press(editor, "mod+z", "mod+z", "mod+shift+z");
    expect(marked(editor)).toEqual(["person: Lovelace", "person: Charles Babbage"]);
  });

  it("moves the ends of what is marked, never past each other, each move one step", () => {
    const editor = newEditor({ annotations: [span("a", 6, 14)] });
    editor.select("a");
    press(editor, "mod+arrowleft");
    expect(marked(editor)).toEqual(["person: Ada 𝄞 Lovelace"]);
    press(editor, ",", ">");
    expect(marked(editor)).toEqual(["person: da 𝄞 Lovelac"]);
    press(editor, "mod+z", "mod+z", "mod+z");
    expect(editor.answer.annotations).toEqual([span("a", 6, 14)]);
    press(editor, "shift+arrowleft", "mod+arrowright");
    expect(editor.answer.annotations).toEqual([span("a", 6, 14)]);
  });

  it("marks at once what is drawn with a label in hand, in whole words unless asked for letters", () => {
    const editor = newEditor();
    editor.draw({ start: 7, end: 12 }, false);
    expect(editor.state.passage).toEqual({ start: 6, end: 14 });
    editor.choose(null);
    press(editor, "3");
    editor.draw({ start: 43, end: 46 }, false);
    editor.draw({ start: 43, end: 46 }, true);
    expect(marked(editor)).toEqual(["place: London", "place: Lon"]);
    expect(editor.hand).toEqual({ label: "place" });
  });

  it("marks a passage once with each label", () => {
    const editor = newEditor();
    for (const label of ["person", "person", "place"]) editor.mark({ start: 0, end: 3 }, label);
    expect(marked(editor)).toEqual(["person: Ada", "place: Ada"]);
  });

  it("goes through what is marked in the order of the text and then lets Tab go on", () => {
    const editor = newEditor({ annotations: [span("b", 6, 14), span("a", 0, 3)] });
    expect(press(editor, "tab")).toEqual([true]);
    expect(editor.state.selected).toBe("a");
    expect(press(editor, "tab", "tab")).toEqual([true, false]);
  });

  it("joins two passages by what may join them, and not twice", () => {
    const editor = newEditor({ annotations: [span("a", 0, 3), span("p", 43, 49, "place")] });
    editor.select("a");
    for (let i = 0; i < 2; i += 1) {
      press(editor, "r");
      editor.select("p");
    }
    expect(editor.answer.relations).toMatchObject([{ name: "lives_in", source: "a", target: "p" }]);
    editor.select("p");
    press(editor, "r");
    expect(editor.state.joining).toBe(false);
    editor.select("a");
    press(editor, "delete");
    expect(editor.answer).toEqual({ ...EMPTY_ENTITIES, annotations: [span("p", 43, 49, "place")] });
    editor.undo();
    expect(editor.answer.relations).toHaveLength(1);
  });

  it("says what is still asked, and forgets it once it is answered", () => {
    const editor = newEditor({ annotations: [span("w", 0, 3, "writer")] });
    expect(editor.check()).toMatchObject([{ field: "annotations[0].attributes.known", markId: "w", attribute: "known" }]);
    expect(editor.state.selected).toBe("w");
    editor.setSpanAttribute("known", "the first programmer");
    expect(editor.state.problems).toEqual([]);
  });

  it("finds what the server's problems are about", () => {
    const editor = newEditor({ annotations: [span("a", 0, 3)], relations: [{ id: "r", name: "knows", source: "a", target: "a" }] });
    editor.showProblems([{ field: "relations[0].target", message: "is also the source" }]);
    expect(editor.selectedRelation?.id).toBe("r");
  });

  it("lets go of one thing at a time", () => {
    const editor = newEditor({ annotations: [span("a", 0, 3), span("p", 43, 49, "place")] });
    editor.takeLabel("place");
    editor.select("a");
    press(editor, "r", "escape");
    expect([editor.state.joining, editor.state.selected, editor.state.label]).toEqual([false, "a", "place"]);
    press(editor, "escape", "escape");
    expect([editor.state.selected, editor.state.label]).toEqual([null, null]);
  });
});

describe("changes", () => {
  const answer: EntitiesAnswer = { ...EMPTY_ENTITIES, annotations: [span("a", 0, 3), span("w", 6, 14, "writer"), span("p", 43, 49, "place")] };

  it("exchange the ends of a relation without direction where only that fits", () => {
    const knows = taxonomy.relations[1]!;
    const joined = withRelation(answer, knows, "r", answer.annotations[0]!, answer.annotations[1]!, taxonomy);
    expect(joined.relations).toEqual([{ id: "r", name: "knows", source: "w", target: "a", directed: false }]);
    expect(withRelation(joined, knows, "s", answer.annotations[1]!, answer.annotations[0]!, taxonomy)).toBe(joined);
    expect(withRelation(answer, knows, "s", answer.annotations[2]!, answer.annotations[0]!, taxonomy)).toBe(answer);
  });

  it("drop relations that a new label may not have", () => {
    const joined = withRelation(answer, taxonomy.relations[0]!, "r", answer.annotations[0]!, answer.annotations[2]!, taxonomy);
    const place = newEditor().placedOf("place")!.label;
    expect(withLabel(joined, "a", place, taxonomy).relations).toEqual([]);
    expect(withLabel(joined, "a", newEditor().placedOf("writer")!.label, taxonomy).relations).toHaveLength(1);
  });

  it("travel without what equals its default", () => {
    const filled = readEntities({ annotations: [{ ...span("a", 0, 3), attributes: {} }] });
    expect(writeEntities(filled)).toEqual({ annotations: [span("a", 0, 3)], relations: [], attributes: {} });
  });
});

it("gives every label a key that means nothing else", () => {
  expect(new Set(LABEL_KEYS).size).toBe(LABEL_KEYS.length);
  expect(LABEL_KEYS).not.toContain("r");
  expect(LABEL_KEYS).not.toContain("i");
});
