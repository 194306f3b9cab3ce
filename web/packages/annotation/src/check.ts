/**
 * What is still wrong with an answer, before it is sent.
 *
 * The server checks again and has the last word; this says the same things sooner. Fields are named as the server
 * names them (`annotations[2].attributes.color`), so that problems from either side are shown by the same code.
 */

import type { AttributeValue, AttributeValues, ImageAnswer, Mark } from "./answer";
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
  problems.push(...checkAttributes(taxonomy.attributes, answer.attributes, "attributes"));
  return placeProblems(problems, answer);
}

function checkMark(mark: Mark, label: Label | undefined, field: string): Problem[] {
  if (label === undefined) return [{ field: `${field}.label`, message: `"${mark.label}" is not a label here: choose another.` }];
  const problems: Problem[] = [];
  if (!label.shapes.includes(mark.type)) {
    problems.push({ field: `${field}.type`, message: `${titleOf(label)} takes no ${shapeTitle(mark.type).toLowerCase()}: relabel or delete it.` });
  }
  const size = sizeOf(mark);
  if (size !== null && size.width < label.width_min - SIZE_SLACK) {
    problems.push({ field: `${field}.width`, message: `${titleOf(label)} must be at least ${label.width_min} px wide; this is ${Math.round(size.width * 10) / 10}.` });
  }
  if (size !== null && size.height < label.height_min - SIZE_SLACK) {
    problems.push({ field: `${field}.height`, message: `${titleOf(label)} must be at least ${label.height_min} px high; this is ${Math.round(size.height * 10) / 10}.` });
  }
  return [...problems, ...checkAttributes(label.attributes, mark.attributes ?? {}, `${field}.attributes`)];
}

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
