import { type PlacedLabel, type PlacedProblem, type Taxonomy, askedAttributes, attributeProblem } from "@assay/annotation";
import type { EntitiesAnswer } from "./answer";

/** What is still wrong with an answer before it is sent. The server checks again and has the last word. */
export function problemsOf(answer: EntitiesAnswer, taxonomy: Taxonomy, labels: ReadonlyMap<string, PlacedLabel>): PlacedProblem[] {
  const asked = (of: Taxonomy["attributes"], values: EntitiesAnswer["attributes"], markId: string | null, field: string): PlacedProblem[] =>
    askedAttributes(of, values).flatMap((attribute) => {
      const message = attributeProblem(attribute, values[attribute.name]);
      return message === null ? [] : [{ field: `${field}attributes.${attribute.name}`, message, markId, attribute: attribute.name }];
    });
  return [
    ...answer.annotations.flatMap((span, index) => asked(labels.get(span.label)?.label.attributes ?? [], span.attributes ?? {}, span.id, `annotations[${index}].`)),
    ...asked(taxonomy.attributes, answer.attributes, null, ""),
  ];
}
