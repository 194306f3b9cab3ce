/** What a key or a button does to the selected marks: values in, the edits of one gesture out. */

import { type Frame, type Rect, type Vertex, clamped, offsetWithin, rectCentre, rectUnion, rounded, within } from "@assay/geometry";
import type { AttributeValues, Cuboid, ImageAnswer, Mark } from "./answer";
import type { Edit } from "./edits";
import { boundsOf, movedMark } from "./shapes";
import { type Attribute, type Label, keptValues } from "./taxonomy";

export const addMark = (answer: ImageAnswer, mark: Mark): Edit[] => [
  { kind: "insert", index: answer.annotations.length, mark },
];

export const replaceMark = (before: Mark, after: Mark): Edit[] =>
  before === after ? [] : [{ kind: "replace", before, after }];

/** From the last to the first, so that each edit's index is right when it is applied and when it is undone. */
export function removeMarks(answer: ImageAnswer, ids: ReadonlySet<string>): Edit[] {
  return answer.annotations
    .map((mark, index): Edit => ({ kind: "remove", index, mark }))
    .filter((edit) => edit.kind === "remove" && ids.has(edit.mark.id))
    .reverse();
}

/** Moves all marks by the same offset, shortened so that together they stay on the photo. */
export function moveMarks(marks: readonly Mark[], dx: number, dy: number, size: Frame): Edit[] {
  const [first, ...others] = marks.map(boundsOf);
  if (first === undefined) return [];
  const offset = offsetWithin(others.reduce(rectUnion, first), dx, dy, size);
  if (offset.dx === 0 && offset.dy === 0) return [];
  return marks.map((before) => ({ kind: "replace", before, after: movedMark(before, offset.dx, offset.dy) }));
}

/** A box, or else a point, in the middle of what is in sight; null for labels that take neither. */
export function markInMiddle(label: Label, sight: Rect, size: Frame, id: string): Mark | null {
  const middle = within(rectCentre(sight), size);
  const shared = { id, label: label.name };
  const shape = label.shapes.find((each) => each === "box" || each === "ellipse" || each === "cuboid");
  if (shape !== undefined) {
    const side = rounded(Math.min(sight.width, sight.height, size.width, size.height) / 4);
    const x = rounded(clamped(middle.x - side / 2, size.x ?? 0, (size.x ?? 0) + size.width - side));
    const y = rounded(clamped(middle.y - side / 2, size.y ?? 0, (size.y ?? 0) + size.height - side));
    const box = { x, y, width: side, height: side };
    return shape === "cuboid" ? cuboidWithin({ ...shared, type: "cuboid", face: [], side: [] }, box) : { ...shared, type: shape, ...box };
  }
  return label.shapes.includes("point") ? { ...shared, type: "point", x: rounded(middle.x), y: rounded(middle.y) } : null;
}

/** The cuboid that fills a rectangle: two thirds of it the face, the rest a side that leans back. */
export function cuboidWithin(cuboid: Cuboid, { x, y, width, height }: Rect): Cuboid {
  const [edge, rise] = [x + (width * 2) / 3, height / 10];
  const at = (px: number, py: number): Vertex => [rounded(px), rounded(py)];
  return {
    ...cuboid,
    face: [at(x, y + rise), at(edge, y + rise), at(edge, y + height), at(x, y + height)],
    side: [at(x + width, y), at(x + width, y + height - 2 * rise)],
  };
}

/**
 * Widens boxes by `dx` and heightens them by `dy` pixels, their top-left corner staying where it is. None gets
 * smaller than a pixel or reaches over the photo's edge; turned boxes and other shapes stay as they are.
 */
export function stretchBoxes(marks: readonly Mark[], dx: number, dy: number, size: Frame): Edit[] {
  return marks.flatMap((before): Edit[] => {
    if ((before.type !== "box" && before.type !== "ellipse") || before.rotation) return [];
    const width = clamped(before.width + dx, 1, Math.max(1, (size.x ?? 0) + size.width - before.x));
    const height = clamped(before.height + dy, 1, Math.max(1, (size.y ?? 0) + size.height - before.y));
    return replaceMark(before, width === before.width && height === before.height ? before : { ...before, width, height });
  });
}

/**
 * Gives marks another label, where it takes their shape. Attribute values stay where the new label asks for the
 * same attribute, and a turn is undone where it may not be turned.
 */
export function relabelMarks(marks: readonly Mark[], label: Label): Edit[] {
  return marks
    .filter((mark) => mark.label !== label.name && label.shapes.includes(mark.type))
    .map((before) => {
      const after: Mark = { ...before, label: label.name, attributes: keptValues(label.attributes, before.attributes ?? {}) };
      const upright = after.type === "box" && after.rotation && !label.rotatable ? { ...after, rotation: 0 } : after;
      return { kind: "replace", before, after: upright };
    });
}

/** Copies, set off by `offset` pixels to the lower right. `newId` is asked once for each. */
export function duplicateMarks(
  answer: ImageAnswer,
  marks: readonly Mark[],
  newId: () => string,
  offset: number,
  size: Frame,
): { edits: Edit[]; ids: string[] } {
  const copies = marks.map((mark) => {
    const by = offsetWithin(boundsOf(mark), offset, offset, size);
    return { ...movedMark(mark, by.dx, by.dy), id: newId() };
  });
  const end = answer.annotations.length;
  return {
    edits: copies.map((mark, index) => ({ kind: "insert", index: end + index, mark })),
    ids: copies.map(({ id }) => id),
  };
}

/** Sets one attribute of each mark; undefined takes it away. Answers that this makes unasked go with it. */
export function setMarkAttribute(
  marks: readonly Mark[],
  attributes: readonly Attribute[],
  name: string,
  value: AttributeValues[string] | undefined,
): Edit[] {
  return marks.map((before) => ({
    kind: "replace",
    before,
    after: { ...before, attributes: withValue(attributes, before.attributes ?? {}, name, value) },
  }));
}

export const setImageAttribute = (
  answer: ImageAnswer,
  attributes: readonly Attribute[],
  name: string,
  value: AttributeValues[string] | undefined,
): Edit[] => [
  { kind: "describe", before: answer.attributes, after: withValue(attributes, answer.attributes, name, value) },
];

function withValue(
  attributes: readonly Attribute[],
  values: AttributeValues,
  name: string,
  value: AttributeValues[string] | undefined,
): AttributeValues {
  const { [name]: _, ...others } = values;
  return keptValues(attributes, value === undefined ? others : { ...others, [name]: value });
}
