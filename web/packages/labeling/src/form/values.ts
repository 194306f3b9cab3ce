/**
 * An answer to a form: the same value as the server's `core/annotations/form.py`, and what is still wrong with it.
 *
 * A path leads to a value: names of questions, and places in lists. Written down it reads as the server names fields:
 * `attributes.people[1].name`.
 */

import { type Attribute, type Choice, askedAttributes, leavesOf, titleOf } from "@assay/annotation";

export type Value = string | number | readonly Value[] | Values;
export interface Values {
  readonly [name: string]: Value;
}
export type Path = readonly (string | number)[];

export interface FormProblem {
  readonly field: string;
  readonly message: string;
}

export const isValues = (value: Value | undefined): value is Values => typeof value === "object" && !Array.isArray(value);
const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

export const fieldOf = (path: Path): string =>
  path.reduce<string>((field, step) => (typeof step === "number" ? `${field}[${step}]` : `${field}.${step}`), "attributes");

export function valueAt(values: Values, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((held, step) => {
    if (typeof step === "number") return isList(held) ? held[step] : undefined;
    return isValues(held) ? held[step] : undefined;
  }, values);
}

/** The values with one of them changed; `undefined` takes it out. */
export function withValue(values: Values, path: Path, value: Value | undefined): Values {
  return changed(values, path, value) as Values;
}

function changed(held: Value | undefined, path: Path, value: Value | undefined): Value | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number") {
    const list = isList(held) ? [...held] : [];
    // A place may be empty while others are filled in; what is sent leaves empty ones out.
    list[step] = changed(list[step], rest, value) ?? "";
    return list;
  }
  const { [step]: before, ...others } = isValues(held) ? held : {};
  const after = changed(before, rest, value);
  return after === undefined ? others : { ...others, [step]: after };
}

/** What is sent: without blanks, empty lists and groups, numbers that are none, and what is not asked. */
export function written(attributes: readonly Attribute[], values: Values): Values {
  const kept: Record<string, Value> = {};
  for (const attribute of askedAttributes(attributes, values)) {
    const value = writtenOne(attribute, values[attribute.name]);
    if (value !== undefined) kept[attribute.name] = value;
  }
  return kept;
}

function writtenOne(attribute: Attribute, value: Value | undefined): Value | undefined {
  if (attribute.values_max > 1) {
    const single = { ...attribute, values_max: 1 };
    const list = (isList(value) ? value : []).map((each) => writtenOne(single, each)).filter((each) => each !== undefined);
    return list.length > 0 ? list : undefined;
  }
  if (attribute.type === "group") {
    const inner = isValues(value) ? written(attribute.attributes, value) : {};
    return Object.keys(inner).length > 0 ? inner : undefined;
  }
  if (attribute.type === "number") return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  if (typeof value === "string") return value.trim() === "" ? undefined : value;
  return isList(value) && value.length > 0 ? value : undefined;
}

/** Everything that keeps the answer from being sent. */
export function formProblems(attributes: readonly Attribute[], values: Values, above: Path = []): FormProblem[] {
  return askedAttributes(attributes, values).flatMap((attribute) => problemsOf(attribute, values[attribute.name], [...above, attribute.name]));
}

function problemsOf(attribute: Attribute, value: Value | undefined, path: Path): FormProblem[] {
  const problem = (message: string): FormProblem[] => [{ field: fieldOf(path), message }];
  const title = titleOf(attribute);
  if (attribute.type === "number" && typeof value === "number" && !Number.isFinite(value)) return problem("This is not a number.");
  if (writtenOne(attribute, value) === undefined) return attribute.required ? problem(`${title} is required.`) : [];
  if (attribute.values_max > 1) {
    const single = { ...attribute, values_max: 1, required: false };
    return (isList(value) ? value : []).flatMap((each, index) => problemsOf(single, each, [...path, index]));
  }
  if (attribute.type === "group") return formProblems(attribute.attributes, isValues(value) ? value : {}, path);
  const { minimum, maximum, choices_min: least, choices_max: most } = attribute;
  if (typeof value === "number") {
    if (minimum !== null && value < minimum) return problem(`Must be at least ${minimum}.`);
    if (maximum !== null && value > maximum) return problem(`Must be at most ${maximum}.`);
  }
  if (isList(value)) {
    if (least !== null && value.length < least) return problem(`Choose at least ${least}.`);
    if (most !== null && value.length > most) return problem(`Choose at most ${most}.`);
  }
  if (attribute.type === "text" && typeof value === "string" && value.length > attribute.length_max) {
    return problem(`Must be at most ${attribute.length_max} characters.`);
  }
  return [];
}

/** A value in words, as a reviewer reads it. */
export function inWords(attribute: Attribute, value: Value | undefined): string {
  if (value === undefined || value === "") return "no answer";
  if (isList(value)) return value.map((each) => inWords({ ...attribute, values_max: 1 }, each)).join(", ") || "no answer";
  if (isValues(value)) {
    const told = attribute.attributes.filter(({ name }) => value[name] !== undefined);
    return told.map((each) => `${titleOf(each)}: ${inWords(each, value[each.name])}`).join(" · ") || "no answer";
  }
  if (attribute.type === "category" || attribute.type === "multiselect") return titleOf(choiceNamed(attribute.choices, String(value)));
  if (attribute.type === "datetime") return String(value).replace("T", " ");
  return attribute.unit ? `${value} ${attribute.unit}` : String(value);
}

const choiceNamed = (choices: readonly Choice[], name: string): { name: string; title: string | null } =>
  leavesOf(choices).find((choice) => choice.name === name) ?? { name, title: null };
