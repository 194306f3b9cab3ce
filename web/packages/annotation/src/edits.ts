/** The smallest changes of an answer. Each can be applied and each has an inverse, which is again an edit. */

import type { AttributeValues, ImageAnswer, Mark, MarkRelation } from "./answer";

export type Edit =
  | { readonly kind: "insert"; readonly index: number; readonly mark: Mark }
  | { readonly kind: "remove"; readonly index: number; readonly mark: Mark }
  | { readonly kind: "replace"; readonly before: Mark; readonly after: Mark }
  | { readonly kind: "describe"; readonly before: AttributeValues; readonly after: AttributeValues }
  | { readonly kind: "relate"; readonly before: readonly MarkRelation[]; readonly after: readonly MarkRelation[] };

export function inverted(edit: Edit): Edit {
  switch (edit.kind) {
    case "insert":
      return { ...edit, kind: "remove" };
    case "remove":
      return { ...edit, kind: "insert" };
    case "replace":
    case "describe":
    case "relate":
      return { ...edit, before: edit.after, after: edit.before } as Edit;
  }
}

/** The edits that undo `edits`, in the order they must be applied. */
export const undoing = (edits: readonly Edit[]): Edit[] => edits.map(inverted).reverse();

/**
 * The answer after the edits, applied in order.
 *
 * Throws `RangeError` when an edit names a mark that is not there: edits are made from the answer they are applied
 * to, so this is a bug and not a user's mistake.
 */
export function applied(answer: ImageAnswer, edits: readonly Edit[]): ImageAnswer {
  const marks = [...answer.annotations];
  let { attributes, relations } = answer;
  const placeOf = (mark: Mark): number => {
    const index = marks.findIndex(({ id }) => id === mark.id);
    if (index < 0) throw new RangeError(`no mark with id ${mark.id}`);
    return index;
  };
  for (const edit of edits) {
    if (edit.kind === "insert") marks.splice(edit.index, 0, edit.mark);
    else if (edit.kind === "remove") marks.splice(placeOf(edit.mark), 1);
    else if (edit.kind === "replace") marks[placeOf(edit.before)] = edit.after;
    else if (edit.kind === "relate") relations = edit.after;
    else attributes = edit.after;
  }
  return relations === undefined ? { annotations: marks, attributes } : { annotations: marks, attributes, relations };
}
