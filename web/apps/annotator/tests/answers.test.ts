import { EMPTY_ANSWER, type ImageAnswer, type Mark } from "@assay/annotation";
import { describe, expect, it } from "vitest";
import { answerOf, colorOf, colorsOf, initialOf, taxonomyOf } from "../src/answers";

const SIZE = { width: 640, height: 480 };
const told = (...annotations: Mark[]): ImageAnswer => ({ ...EMPTY_ANSWER, annotations });
const BOX: Mark = { type: "box", id: "1", label: "dog", x: 10.4, y: 20.6, width: 99.5, height: 30 };
const POLYGON: Mark = { type: "polygon", id: "2", label: "cat", rings: [[[0, 0], [10, 0], [10, 9.6]]] };
const LINE: Mark = { type: "polyline", id: "3", label: "road", points: [[1, 2], [3, 4]] };
const POINT: Mark = { type: "point", id: "4", label: "nose", x: 5.5, y: 6.4 };

describe("our marks in the words of the elements", () => {
  it("tells whole pixels, and the picture's size", () => {
    expect(answerOf("bounding-box", told(BOX), SIZE)).toEqual({
      boundingBoxes: [{ height: 30, label: "dog", left: 10, top: 21, width: 100 }],
      inputImageProperties: { height: 480, width: 640 },
    });
    expect(answerOf("polygon", told(POLYGON), SIZE).polygons).toEqual([{ label: "cat", vertices: [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 10 }] }]);
    expect(answerOf("polyline", told(LINE), SIZE).polylines).toEqual([{ label: "road", vertices: [{ x: 1, y: 2 }, { x: 3, y: 4 }] }]);
    expect(answerOf("line", told(LINE), SIZE).lines).toHaveLength(1);
    expect(answerOf("keypoint", told(POINT), SIZE).keypoints).toEqual([{ label: "nose", x: 6, y: 6 }]);
  });

  it("gives each label a colour where classes are segmented, and each mark one where instances are", () => {
    const marks = [POLYGON, { ...POLYGON, id: "5" }, { ...POLYGON, id: "6", label: "dog" }];
    expect(colorsOf("semantic-segmentation", marks)).toEqual([colorOf(0), colorOf(0), colorOf(1)]);
    expect(answerOf("semantic-segmentation", told(...marks), SIZE).labelMappings).toEqual({ cat: { color: colorOf(0) }, dog: { color: colorOf(1) } });
    expect(new Set(colorsOf("instance-segmentation", Array.from({ length: 40 }, () => POLYGON))).size).toBe(40);
    expect(answerOf("instance-segmentation", told(...marks), SIZE).instances).toEqual(marks.map((mark, index) => ({ color: colorOf(index), label: mark.label })));
  });

  it("begins with what an element was given, and leaves out what it cannot read", () => {
    const [made, ...others] = initialOf("bounding-box", [{ left: 1, top: 2, width: 3, height: 4, label: "dog" }, { left: "x" }, null, { left: 1, top: 2, width: 3, height: 4, label: "unknown" }], ["dog"]).annotations;
    expect(made).toMatchObject({ type: "box", label: "dog", x: 1, y: 2, width: 3, height: 4 });
    expect(others).toEqual([]);
    expect(initialOf("polygon", [{ label: "cat", vertices: [{ x: 0, y: 0 }, { x: 1, y: 0 }] }], ["cat"]).annotations).toEqual([]);
    for (const said of [null, "x", 3, {}, [[]]]) expect(initialOf("keypoint", said, []).annotations).toEqual([]);
  });

  it("asks for one shape of each label, and for two ends of a line", () => {
    expect(taxonomyOf("keypoint", ["a", "b", "a"]).labels).toEqual([{ name: "a", shapes: ["point"] }, { name: "b", shapes: ["point"] }]);
    expect(taxonomyOf("line", []).labels).toEqual([{ name: "object", shapes: ["polyline"], limits: { polyline: { vertices_min: 2, vertices_max: 2 } } }]);
  });
});
