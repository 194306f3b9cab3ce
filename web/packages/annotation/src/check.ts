/**
 * What is still wrong with an answer, before it is sent.
 *
 * The server checks again and has the last word; this says the same things sooner. Fields are named as the server
 * names them (`annotations[2].attributes.color`), so that problems from either side are shown by the same code.
 */

import type { AttributeValue, AttributeValues, ImageAnswer, Mark } from "./answer";
import { Relating, relationsOf } from "./relations";
import { shapeTitle, sizeOf } from "./shapes";
import { type Attribute, type Label, type Taxonomy, askedAttributes, placedLabels, titleOf } from "./taxonomy";

export interface Problem {
  readonly field: string;
  readonly message: string;
}

/** A problem with the mark it is about; null when it is about the whole image. */
export interface PlacedProblem extends Problem {
  readonly markId: string | null;
  /** The attribute's name, where the problem is one attribute's. */
  readonly attribute: string | null;
}

/** Image pixels a mark may fall short of the least size: rounding on the way must not make it wrong. */
const SIZE_SLACK = 0.01;

export function checkAnswer(answer: ImageAnswer, taxonomy: Taxonomy): PlacedProblem[] {
  const labels = new Map(placedLabels(taxonomy).map(({ label }) => [label.name, label]));
  const problems = answer.annotations.flatMap((mark, index) => checkMark(mark, labels.get(mark.label), `annotations[${index}]`));
  problems.push(...checkRelations(answer, taxonomy));
  problems.push(...checkAttributes(taxonomy.attributes, answer.attributes, "attributes"));
  return placeProblems(problems, answer);
}

function checkRelations(answer: ImageAnswer, taxonomy: Taxonomy): Problem[] {
  const relations = relationsOf(answer);
  if (relations.length === 0) return [];
  const relating = new Relating(taxonomy);
  const places = new Map(answer.annotations.map(({ id }, index) => [id, index]));
  const labelOf = (id: string): string => answer.annotations[places.get(id) ?? -1]?.label ?? "";
  return relations.flatMap(({ name, source, target }) => {
    if (relating.between(labelOf(source), labelOf(target)).some((rule) => rule.name === name)) return [];
    // Told at the mark it begins at, where it can be taken away.
    return [{ field: `annotations[${places.get(source) ?? 0}].relations`, message: `“${name}” does not join ${labelOf(source)} to ${labelOf(target)}: remove it.` }];
  });
}

function checkMark(mark: Mark, label: Label | undefined, field: string): Problem[] {
  if (label === undefined) return [{ field: `${field}.label`, message: `"${mark.label}" is not a label here: choose another.` }];
  const problems: Problem[] = [];
  if (!label.shapes.includes(mark.type)) {
    problems.push({ field: `${field}.type`, message: `${titleOf(label)} takes no ${shapeTitle(mark.type).toLowerCase()}: relabel or delete it.` });
  }
  const size = sizeOf(mark);
  const limits = label.limits[mark.type] ?? {};
  const widthMin = Math.max(label.width_min, limits.width_min ?? 0);
  const heightMin = Math.max(label.height_min, limits.height_min ?? 0);
  const vertices = verticesOf(mark);
  if (vertices !== null && vertices < (limits.vertices_min ?? 0)) {
    problems.push({ field: `${field}.vertices`, message: `${titleOf(label)} must have at least ${limits.vertices_min} vertices; this has ${vertices}.` });
  }
  if (vertices !== null && vertices > (limits.vertices_max ?? Infinity)) {
    problems.push({ field: `${field}.vertices`, message: `${titleOf(label)} must have at most ${limits.vertices_max} vertices; this has ${vertices}.` });
  }
  if (size !== null && size.width < widthMin - SIZE_SLACK) {
    problems.push({ field: `${field}.width`, message: `${titleOf(label)} must be at least ${widthMin} px wide; this is ${Math.round(size.width * 10) / 10}.` });
  }
  if (size !== null && size.height < heightMin - SIZE_SLACK) {
    problems.push({ field: `${field}.height`, message: `${titleOf(label)} must be at least ${heightMin} px high; this is ${Math.round(size.height * 10) / 10}.` });
  }
  return [...problems, ...checkAttributes(label.attributes, mark.attributes ?? {}, `${field}.attributes`)];
}

/** How many vertices its outline has; null for what has none of its own. */
export const verticesOf = (mark: Mark): number | null =>
  mark.type === "polygon" ? (mark.rings[0]?.length ?? 0) : mark.type === "polyline" ? mark.points.length : null;

function checkAttributes(attributes: readonly Attribute[], values: AttributeValues, field: string): Problem[] {
  return askedAttributes(attributes, values).flatMap((attribute) => {
    const message = attributeProblem(attribute, values[attribute.name]);
    return message === null ? [] : [{ field: `${field}.${attribute.name}`, message }];
  });
}

/** What is wrong with one value, in words; null when nothing is. */
export function attributeProblem(attribute: Attribute, value: AttributeValue | undefined): string | null {
  const title = titleOf(attribute);
  const isMissing = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
  if (isMissing) return attribute.required ? `${title} is required.` : null;
  if (attribute.type === "angle" && (typeof value !== "number" || value < 0 || value > 360)) return `${title} must be within 0 and 360 degrees.`;
  if (attribute.type === "number") {
    if (typeof value !== "number" || !Number.isFinite(value)) return `${title} must be a number.`;
    if (attribute.minimum !== null && value < attribute.minimum) return `${title} must be at least ${attribute.minimum}.`;
    if (attribute.maximum !== null && value > attribute.maximum) return `${title} must be at most ${attribute.maximum}.`;
  }
  if (attribute.type === "text" && typeof value === "string" && value.length > attribute.length_max) {
    return `${title} must be at most ${attribute.length_max} characters.`;
  }
  return null;
}

/** Finds the marks that problems are about, by the index in their field. `answer` is the one that was checked. */
export function placeProblems(problems: readonly Problem[], answer: ImageAnswer): PlacedProblem[] {
  return problems.map((problem) => {
    const index = /^(?:answer\.)?annotations\[(\d+)\]/.exec(problem.field)?.[1];
    const attribute = /attributes\.(.+)$/.exec(problem.field)?.[1] ?? null;
    const mark = index === undefined ? undefined : answer.annotations[Number(index)];
    return { ...problem, markId: mark?.id ?? null, attribute };
  });
}
