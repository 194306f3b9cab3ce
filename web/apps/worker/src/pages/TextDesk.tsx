/** Entities in a text: spans, relations between them, and questions. */

import { readTaxonomy } from "@assay/annotation";
import { TextEditor, type TextHand, TextLabeler, type TextReview, type WireEntities, isEmptyEntities, readEntities, writeEntities } from "@assay/texts";
import type { Turn } from "../api";
import type { MakeDesk } from "./desk";

const reviewOf = ({ review }: Turn): TextReview | null =>
  review && {
    agreement: review.agreement,
    confidence: review.confidence,
    reason: review.reason ?? "all",
    objects: review.objects,
    voices: review.voices.map(({ name, answer }) => ({ name, answer: readEntities(answer as WireEntities) })),
  };

export const textDesk: MakeDesk = ({ turn, answer }, hand) => {
  const item = turn.content?.find((each) => each.type === "text");
  const review = reviewOf(turn);
  const editor = new TextEditor({
    taxonomy: readTaxonomy(turn.taxonomy),
    text: item?.text ?? "",
    answer: readEntities(answer as WireEntities),
    suggestions: turn.prelabels ? readEntities(turn.prelabels as WireEntities) : null,
    voices: review?.voices ?? [],
    hand: hand as Partial<TextHand>,
  });
  return {
    noun: "text",
    answer: () => writeEntities(editor.answer),
    snapshot: () => editor.answer,
    isEmpty: () => isEmptyEntities(editor.answer),
    subscribe: editor.subscribe,
    onAnswer: (listener) => editor.onAnswer(listener),
    // A passage that waits for its label was never marked: nothing is half done.
    settle: () => {},
    check: () => editor.check().length === 0,
    showProblems: (problems) => editor.showProblems(problems),
    hand: () => editor.hand,
    render: ({ instructionsOpen, onSubmit }) => (
      <TextLabeler editor={editor} title={item?.title ?? null} instructions={turn.instructions} instructionsOpen={instructionsOpen} review={review} onSubmit={onSubmit} />
    ),
  };
};
