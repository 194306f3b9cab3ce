/** Questions about texts and photos. */

import { readTaxonomy } from "@assay/annotation";
import { FormEditor, type FormReview, FormSheet, type Values } from "@assay/labeling";
import type { Answer, Turn } from "../api";
import type { MakeDesk } from "./desk";

const valuesOf = (answer: Answer): Values => (answer as { attributes?: Values }).attributes ?? {};

const reviewOf = ({ review }: Turn): FormReview | null =>
  review && {
    agreement: review.agreement,
    confidence: review.confidence,
    reason: review.reason ?? "all",
    voices: review.voices.map(({ name, answer }) => ({ name, values: valuesOf(answer) })),
    sure: new Map(review.objects.map(({ annotation_id, confidence }) => [annotation_id, confidence])),
  };

export const formDesk: MakeDesk = ({ turn, answer }) => {
  const editor = new FormEditor(readTaxonomy(turn.taxonomy), valuesOf(answer));
  const review = reviewOf(turn);
  const items = turn.content ?? (turn.media ? [{ type: "image" as const, media: turn.media, title: null }] : []);
  return {
    noun: "task",
    answer: () => editor.answer,
    snapshot: () => editor.state.values,
    isEmpty: () => editor.answer.attributes === undefined,
    subscribe: editor.subscribe,
    onAnswer: (listener) => editor.onAnswer(listener),
    settle: () => {},
    check: () => editor.check(),
    showProblems: (problems) => editor.showProblems(problems),
    hand: () => ({}),
    render: ({ instructionsOpen, onSubmit }) => (
      <FormSheet editor={editor} items={items} instructions={turn.instructions} instructionsOpen={instructionsOpen} review={review} onSubmit={onSubmit} />
    ),
  };
};
