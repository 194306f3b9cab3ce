/** What is still wrong with an answer, before it is sent. The server checks again and has the last word. */

import { type PlacedProblem, type Problem, type Taxonomy, attributeProblem, askedAttributes, checkAnswer, placedLabels, titleOf } from "@assay/annotation";
import type { DocumentAnswer } from "./answer";

export function checkDocument(answer: DocumentAnswer, taxonomy: Taxonomy): PlacedProblem[] {
  const labels = new Map(placedLabels(taxonomy).map(({ label }) => [label.name, label]));
  const untyped = answer.annotations.flatMap(({ label, text }, index): Problem[] => {
    const known = labels.get(label);
    return known?.text === "required" && text.trim() === "" ? [{ field: `annotations[${index}].text`, message: `Type what stands in ${titleOf(known)}.` }] : [];
  });
  const groups = answer.groups.flatMap((group, index): Problem[] => {
    const values = group.attributes ?? {};
    return askedAttributes(labels.get(group.label)?.attributes ?? [], values).flatMap((attribute) => {
      const message = attributeProblem(attribute, values[attribute.name]);
      return message === null ? [] : [{ field: `groups[${index}].attributes.${attribute.name}`, message }];
    });
  });
  return [...checkAnswer(answer, taxonomy), ...placeDocumentProblems([...untyped, ...groups], answer)];
}

/** Finds the regions and groups that problems are about, by the index in their field. */
export function placeDocumentProblems(problems: readonly Problem[], answer: DocumentAnswer): PlacedProblem[] {
  return problems.map((problem) => {
    const [, part, index] = /^(?:answer\.)?(annotations|groups)\[(\d+)\]/.exec(problem.field) ?? [];
    const attribute = /attributes\.(.+)$/.exec(problem.field)?.[1] ?? null;
    const subject = part === undefined ? undefined : answer[part as "annotations" | "groups"][Number(index)];
    return { ...problem, markId: subject?.id ?? null, attribute };
  });
}
