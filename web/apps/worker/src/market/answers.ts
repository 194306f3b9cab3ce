/** The answers of a form of questions, as they travel: the text, or the ids of the choices, under the question's id. */

import type { Question, Questionnaire } from "./api";

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Under which what is written besides the choices of a question stands. */
export const otherOf = (id: string): string => `${id}.other`;

export const questionsOf = (form: Questionnaire): readonly Question[] => form.items.filter((item) => item.item === "question");

export const textOf = (fields: Fields, id: string): string => {
  const value = fields[id];
  return typeof value === "string" ? value : (value?.[0] ?? "");
};

export const chosenOf = (fields: Fields, id: string): readonly string[] => {
  const value = fields[id];
  return typeof value === "string" ? [value] : (value ?? []);
};

/** With the choice taken or left; where only one can be taken, in place of the one before. */
export function choose(fields: Fields, id: string, option: string, on: boolean, isOne: boolean): Fields {
  if (isOne) return { ...fields, [id]: on ? [option] : [] };
  const before = chosenOf(fields, id).filter((each) => each !== option);
  return { ...fields, [id]: on ? [...before, option] : before };
}

/** What is sent: nothing of what was left empty. */
export function sent(fields: Fields): Record<string, string | string[]> {
  const kept = Object.entries(fields).filter(([, value]) => value.length > 0);
  return Object.fromEntries(kept.map(([id, value]) => [id, typeof value === "string" ? value : [...value]]));
}

/** The defaults that texts begin with. */
export function beginning(form: Questionnaire): Fields {
  const texts = questionsOf(form).flatMap((one) => (one.answer.asks === "text" && one.answer.default ? [[one.id, one.answer.default] as const] : []));
  return Object.fromEntries(texts);
}
