import { type WireAnswer, type WireTaxonomy, askedAttributes, checkAnswer, readAnswer, readTaxonomy, writeAnswer } from "@assay/annotation";
import { imagePoint } from "@assay/geometry";
import type { ToolEvent } from "@assay/tools";
import { describe, expect, it } from "vitest";
import { Editor } from "../src/editor";
import { runChord } from "../src/keymap";
import { tiesOf } from "../src/ties";

const PAGE = { submit: () => {}, toggleHelp: () => {}, toggleInstructions: () => {}, toggleReference: () => false, searchLabels: () => {} };
const box = (id: string, label: string, x: number) => ({ type: "box", id, label, x, y: 10, width: 20, height: 20 }) as const;
const TAXONOMY: WireTaxonomy = {
  labels: [
    { name: "man" },
    { name: "dog", attributes: [{ name: "owner", type: "mark", labels: ["man"] }, { name: "turn", type: "angle" }] },
    { name: "pond", shapes: ["ellipse"] },
    { name: "car", shapes: ["cuboid"] },
    { name: "roof", shapes: ["polygon"], limits: { polygon: { vertices_min: 4, vertices_max: 5 } } },
  ],
  relations: [{ name: "leads", source_labels: ["man"], target_labels: ["dog"] }],
};
const PAIR: WireAnswer = { annotations: [box("m", "man", 10), { ...box("d", "dog", 100), attributes: { owner: "m" } }] };

const editing = (taxonomy: WireTaxonomy = TAXONOMY, answer: WireAnswer = PAIR) =>
  new Editor({ taxonomy: readTaxonomy(taxonomy), media: { width: 400, height: 300 }, answer: readAnswer(answer) });

function press(editor: Editor, ...chords: string[]): void {
  for (const chord of chords) runChord(chord, editor, PAGE);
}

function pointer(editor: Editor, type: "down" | "move" | "up", x: number, y: number): void {
  const event: ToolEvent = { type, at: imagePoint(x, y), shift: false, alt: false, mod: false, touch: false };
  editor.send(event);
}

function click(editor: Editor, x: number, y: number): void {
  pointer(editor, "down", x, y);
  pointer(editor, "up", x, y);
}

function drag(editor: Editor, from: readonly [number, number], to: readonly [number, number]): void {
  pointer(editor, "down", ...from);
  pointer(editor, "move", ...to);
  pointer(editor, "up", ...to);
}

describe("relating marks", () => {
  it("takes a key and a click", () => {
    const editor = editing();
    editor.select(["m"]);
    press(editor, "r");
    click(editor, 110, 20);

    expect(writeAnswer(editor.answer).relations).toMatchObject([{ name: "leads", source: "m", target: "d" }]);
    expect(editor.state.linking).toBeNull();
    expect([...editor.state.selection]).toEqual(["m"]);
  });

  it("takes keys alone, from either end", () => {
    const editor = editing();
    editor.select(["d"]);
    press(editor, "r", "shift+tab", "enter");

    expect(editor.links.of("m")).toMatchObject([{ name: "leads", source: "m", target: "d" }]);
    press(editor, "mod+z");
    expect(editor.links.of("m")).toEqual([]);
  });

  it("says when nothing joins two marks, and waits for another", () => {
    const editor = editing(TAXONOMY, { annotations: [box("m", "man", 10), box("n", "man", 100)] });
    editor.select(["m"]);
    press(editor, "r");
    click(editor, 110, 20);

    expect(editor.state.refusal).toMatch(/No relation/);
    expect(editor.state.linking).toBe("m");
    press(editor, "escape");
    expect(editor.state.linking).toBeNull();
  });

  it("lets go of what is deleted, in one step", () => {
    const editor = editing(TAXONOMY, { ...PAIR, relations: [{ id: "l", name: "leads", source: "m", target: "d" }] });
    editor.select(["m"]);
    press(editor, "delete");

    expect(editor.answer.relations).toEqual([]);
    expect(editor.answer.annotations[0]!.attributes).toEqual({});
    press(editor, "mod+z");
    expect(writeAnswer(editor.answer)).toEqual({ ...PAIR, attributes: {}, relations: [{ id: "l", name: "leads", source: "m", target: "d" }] });
  });

  it("is a problem once a label no longer fits", () => {
    const answer = readAnswer({ annotations: [box("m", "man", 10), box("n", "man", 100)], relations: [{ id: "l", name: "leads", source: "m", target: "n" }] });

    expect(checkAnswer(answer, readTaxonomy(TAXONOMY)).map(({ markId }) => markId)).toEqual(["m"]);
  });

  it("is drawn as an arrow between middles, and named while an end is selected", () => {
    const answer = readAnswer({ ...PAIR, relations: [{ id: "l", name: "leads", source: "m", target: "d" }] });

    expect(tiesOf(answer, [], new Set(), new Set())).toEqual([{ from: { x: 20, y: 20 }, to: { x: 110, y: 20 }, arrow: true, name: null }]);
    expect(tiesOf(answer, [], new Set(), new Set(["d"]))[0]!.name).toBe("leads");
    expect(tiesOf(answer, [], new Set(["d"]), new Set())).toEqual([]);
  });
});

describe("points that are connected", () => {
  const point = (id: string, label: string, x: number, who?: string) => ({ type: "point", id, label, x, y: 0, ...(who ? { attributes: { who } } : {}) }) as const;

  it("are joined to the nearest, or by what they say", () => {
    const near = readAnswer({ annotations: [point("h", "head", 0), point("a", "neck", 50), point("b", "neck", 10)] });
    const said = readAnswer({ annotations: [point("h", "head", 0, "ann"), point("a", "neck", 50, "ann"), point("b", "neck", 10, "bob")] });

    expect(tiesOf(near, [{ labels: ["head", "neck"] }], new Set(), new Set()).map(({ to }) => to.x)).toEqual([10]);
    expect(tiesOf(said, [{ labels: ["head", "neck"], attribute: "who" }], new Set(), new Set()).map(({ to }) => to.x)).toEqual([50]);
  });
});

describe("marks that are given", () => {
  const given = (may: object): WireTaxonomy => ({ ...TAXONOMY, given: { annotations: [box("m", "man", 10)], ...may } });

  it("stay where they are when they may not be changed", () => {
    const editor = editing(given({ may_change: false }));
    press(editor, "v");
    drag(editor, [20, 20], [60, 60]);
    editor.select(["m"]);
    press(editor, "arrowright", "mod+arrowright");

    expect(editor.answer.annotations[0]).toEqual(PAIR.annotations![0]);
    expect(editor.state.refusal).toMatch(/given/);
  });

  it("are deleted and named anew only where that is allowed", () => {
    const locked = editing(given({ may_delete: false }));
    locked.select(["m"]);
    locked.chooseLabel("dog");
    locked.remove();
    const open = editing(given({ may_relabel: true }));
    open.select(["m"]);
    open.chooseLabel("dog");

    expect(locked.answer.annotations.map(({ id, label }) => [id, label])).toEqual([["m", "man"], ["d", "dog"]]);
    expect(open.answer.annotations[0]!.label).toBe("dog");
  });

  it("stay alone where nothing may be added", () => {
    const editor = editing(given({ may_add: false }));
    press(editor, "b", "n");

    expect(editor.tools).toEqual(["select"]);
    expect(editor.state.tool).toBe("select");
    expect(editor.answer.annotations).toHaveLength(2);
  });
});

describe("shapes", () => {
  it("an ellipse is drawn from corner to corner", () => {
    const editor = editing();
    editor.chooseLabel("pond");
    drag(editor, [200, 200], [280, 240]);

    expect(editor.selected[0]).toMatchObject({ type: "ellipse", label: "pond", x: 200, y: 200, width: 80, height: 40 });
  });

  it("a cuboid fills what is drawn, and each corner can be moved", () => {
    const editor = editing();
    editor.chooseLabel("car");
    drag(editor, [200, 100], [290, 200]);
    drag(editor, [290, 100], [300, 110]);

    const [car] = editor.selected;
    expect(car).toMatchObject({ type: "cuboid", face: [[200, 110], [260, 110], [260, 200], [200, 200]] });
    expect(car?.type === "cuboid" && car.side).toEqual([[300, 110], [290, 180]]);
  });

  it("a polygon is not finished with too few vertices, and is with the last", () => {
    const editor = editing();
    editor.chooseLabel("roof");
    for (const [x, y] of [[200, 200], [250, 200], [250, 250]] as const) click(editor, x, y);
    press(editor, "enter");
    expect(editor.state.drawing).toBe(true);
    for (const [x, y] of [[220, 260], [200, 250]] as const) click(editor, x, y);

    expect(editor.state.drawing).toBe(false);
    expect(editor.selected[0]).toMatchObject({ type: "polygon", rings: [[[200, 200], [250, 200], [250, 250], [220, 260], [200, 250]]] });
  });

  it("may reach into the margin and no farther", () => {
    const editor = editing({ ...TAXONOMY, margin_x: 30 });
    editor.chooseLabel("man");
    drag(editor, [-100, -50], [50, 50]);

    expect(editor.selected[0]).toMatchObject({ x: -30, y: 0, width: 80, height: 50 });
  });
});

describe("conditions", () => {
  const attributes = readTaxonomy({
    attributes: [
      { name: "far", type: "category", choices: [{ name: "yes" }, { name: "no" }] },
      { name: "note", type: "text" },
      { name: "why", type: "text", when: { attribute: "far", any_of: ["yes"], also: [{ attribute: "note", any_of: ["fog"] }], or_else: [{ attribute: "note", any_of: ["odd"] }] } },
    ],
  }).attributes;
  const isAsked = (values: Record<string, string>): boolean => askedAttributes(attributes, values).some(({ name }) => name === "why");

  it("on a number hold however it is written", () => {
    const [lanes, why] = readTaxonomy({ attributes: [{ name: "lanes", type: "number" }, { name: "why", type: "text", when: { attribute: "lanes", any_of: ["3", "4.50"] } }] }).attributes;

    expect([3, 4.5, 4, undefined].map((value) => askedAttributes([lanes!, why!], { lanes: value }).length)).toEqual([2, 2, 1, 1]);
  });

  it("in one hold together, and several instead of each other", () => {
    expect([{ far: "yes" }, { far: "yes", note: "fog" }, { note: "fog" }, { note: "odd" }].map(isAsked)).toEqual([false, true, false, true]);
  });
});
