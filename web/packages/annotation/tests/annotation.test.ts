import { imagePoint } from "@assay/geometry";
import { describe, expect, it } from "vitest";
import {
  type Box,
  type Edit,
  type ImageAnswer,
  type Mark,
  EMPTY_ANSWER,
  addMark,
  applied,
  askedAttributes,
  checkAnswer,
  duplicateMarks,
  marksUnder,
  moveMarks,
  placeProblems,
  placedLabels,
  readAnswer,
  readTaxonomy,
  relabelMarks,
  removeMarks,
  sameValue,
  setMarkAttribute,
  startHistory,
  undoing,
  withRedo,
  withStep,
  withUndo,
  writeAnswer,
} from "../src";

const taxonomy = readTaxonomy({
  labels: [
    {
      name: "vehicle",
      shapes: [],
      children: [
        {
          name: "car",
          width_min: 8,
          height_min: 8,
          attributes: [
            { name: "parked", type: "category", choices: [{ name: "yes" }, { name: "no" }], required: true },
            { name: "lane", type: "number", minimum: 1, maximum: 4, required: true, when: { attribute: "parked", any_of: ["no"] } },
          ],
        },
        { name: "bus", shapes: ["box", "polygon"], rotatable: true },
      ],
    },
    { name: "corner", shapes: ["point"] },
  ],
  attributes: [{ name: "weather", type: "category", choices: [{ name: "sun" }, { name: "rain" }], required: true }],
});
const label = (name: string) => placedLabels(taxonomy).find((placed) => placed.label.name === name)!.label;
const box = (id: string, x: number, y: number, width = 20, height = 20): Box => ({ id, type: "box", label: "car", x, y, width, height });
const size = { width: 200, height: 100 };
const answer: ImageAnswer = { annotations: [box("a", 0, 0), box("b", 50, 50), box("c", 5, 5, 4, 4)], attributes: {} };

describe("edits", () => {
  const steps: [string, Edit[]][] = [
    ["adding", addMark(answer, box("d", 1, 1))],
    ["removing several", removeMarks(answer, new Set(["a", "c"]))],
    ["moving", moveMarks(answer.annotations, 3, 4, size)],
    ["relabelling", relabelMarks(answer.annotations, label("bus"))],
    ["describing", [{ kind: "describe", before: {}, after: { weather: "sun" } }]],
    ["duplicating", duplicateMarks(answer, answer.annotations, () => crypto.randomUUID(), 8, size).edits],
  ];
  it.each(steps)("of %s are undone exactly", (_, edits) => {
    const after = applied(answer, edits);
    expect(after).not.toEqual(answer);
    expect(applied(after, undoing(edits))).toEqual(answer);
  });

  it("that name an unknown mark are a bug", () => {
    expect(() => applied(EMPTY_ANSWER, [{ kind: "replace", before: box("x", 0, 0), after: box("x", 1, 1) }])).toThrow(RangeError);
  });
});

describe("history", () => {
  it("undoes and redoes one gesture at a time", () => {
    const one = withStep(startHistory(EMPTY_ANSWER), addMark(EMPTY_ANSWER, box("a", 0, 0)));
    const two = withStep(one, moveMarks(one.answer.annotations, 5, 5, size));
    expect(withUndo(two).answer).toEqual(one.answer);
    expect(withUndo(withUndo(two)).answer).toEqual(EMPTY_ANSWER);
    expect(withRedo(withUndo(two)).answer).toEqual(two.answer);
  });

  it("forgets what was undone once something new is done, and a gesture without edits is no step", () => {
    const one = withStep(startHistory(EMPTY_ANSWER), addMark(EMPTY_ANSWER, box("a", 0, 0)));
    const undone = withUndo(one);
    expect(withStep(undone, [])).toBe(undone);
    expect(withStep(undone, addMark(EMPTY_ANSWER, box("b", 0, 0))).undone).toEqual([]);
  });
});

describe("commands", () => {
  it("move marks together and stop together at the edge", () => {
    const moved = applied(answer, moveMarks(answer.annotations, -30, 40, size));
    expect(moved.annotations.map((mark) => mark.type === "box" && [mark.x, mark.y])).toEqual([[0, 30], [50, 80], [5, 35]]);
  });

  it("relabel only what the label takes, keeping the values it also asks for", () => {
    const point: Mark = { id: "p", type: "point", label: "corner", x: 1, y: 1 };
    expect(relabelMarks([point], label("car"))).toEqual([]);
    const bus: Mark = { ...box("a", 0, 0), label: "bus", rotation: 20, attributes: { parked: "yes", doors: 4 } };
    const [edit] = relabelMarks([bus], label("car"));
    expect(edit).toMatchObject({ after: { label: "car", rotation: 0, attributes: { parked: "yes" } } });
    expect(edit?.kind === "replace" && edit.after.attributes).toEqual({ parked: "yes" });
  });

  it("take answers away with the question they depend on", () => {
    const car = { ...box("a", 0, 0), attributes: { parked: "no", lane: 2 } };
    const [edit] = setMarkAttribute([car], label("car").attributes, "parked", "yes");
    expect(edit?.kind === "replace" && edit.after.attributes).toEqual({ parked: "yes" });
  });

  it("keep a duplicate on the photo", () => {
    const { edits } = duplicateMarks(answer, [box("a", 180, 80)], () => "new", 8, size);
    expect(edits[0]).toMatchObject({ mark: { id: "new", x: 180, y: 80 } });
  });
});

describe("what lies under the pointer", () => {
  it("is the nearest outline, then the smallest that contains it", () => {
    expect(marksUnder(answer.annotations, imagePoint(7, 7), 1).map(({ id }) => id)).toEqual(["c", "a"]);
    expect(marksUnder(answer.annotations, imagePoint(20, 7), 1).map(({ id }) => id)).toEqual(["a"]);
    expect(marksUnder(answer.annotations, imagePoint(120, 7), 1)).toEqual([]);
  });

  it("follows a turned box and not its bounds", () => {
    const turned = { ...box("t", 0, 40, 100, 10), rotation: 45 };
    expect(marksUnder([turned], imagePoint(20, 15), 2)).toEqual([turned]);
    expect(marksUnder([turned], imagePoint(80, 15), 2)).toEqual([]);
  });
});

describe("checking", () => {
  it("names required attributes, sizes and the field the server would name", () => {
    const problems = checkAnswer({ annotations: [{ ...box("a", 0, 0, 4, 20), attributes: { parked: "no" } }], attributes: {} }, taxonomy);
    expect(problems.map(({ field, markId, attribute }) => [field, markId, attribute])).toEqual([
      ["annotations[0].width", "a", null],
      ["annotations[0].attributes.lane", "a", "lane"],
      ["attributes.weather", null, "weather"],
    ]);
  });

  it("asks nothing that its condition leaves out", () => {
    expect(askedAttributes(label("car").attributes, { parked: "yes" }).map(({ name }) => name)).toEqual(["parked"]);
    const whole = { annotations: [{ ...box("a", 0, 0), attributes: { parked: "yes" } }], attributes: { weather: "sun" } };
    expect(checkAnswer(whole, taxonomy)).toEqual([]);
  });

  it("finds the mark a server's problem is about", () => {
    const [problem] = placeProblems([{ field: "answer.annotations[1].attributes.lane", message: "x" }], answer);
    expect(problem).toMatchObject({ markId: "b", attribute: "lane" });
  });
});

describe("travelling", () => {
  it("fills in defaults on the way in and leaves them out on the way out", () => {
    expect(readAnswer({})).toEqual(EMPTY_ANSWER);
    const wire = writeAnswer({ annotations: [{ ...box("a", 0, 0), rotation: 0, attributes: {} }], attributes: {} });
    expect(wire.annotations).toEqual([box("a", 0, 0)]);
    expect(readTaxonomy({ labels: [{ name: "x" }] }).labels[0]?.shapes).toEqual(["box"]);
  });

  it("compares values whatever the order of keys", () => {
    expect(sameValue({ a: [1, { b: 2 }], c: 3 }, { c: 3, a: [1, { b: 2 }] })).toBe(true);
    expect(sameValue({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  });

  it("gives labels without a colour different ones by their place", () => {
    const colors = placedLabels(taxonomy).map(({ color }) => color);
    expect(new Set(colors).size).toBe(colors.length);
  });
});
