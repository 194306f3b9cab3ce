/** Regions on the pages of a document, with what stands in them. */

import { readTaxonomy } from "@assay/annotation";
import {
  DocumentEditor,
  type DocumentHand,
  DocumentLabeler,
  type DocumentReview,
  type PageAddress,
  type WireDocument,
  colored,
  isEmptyDocument,
  placeDocumentProblems,
  readDocument,
  writeDocument,
} from "@assay/documents";
import { doubtsOf } from "@assay/labeling";
import { type ShownItem, type Turn, work } from "../api";
import type { MakeDesk } from "./desk";

const reviewOf = ({ review }: Turn): DocumentReview | null =>
  review && {
    agreement: review.agreement,
    confidence: review.confidence,
    reason: review.reason ?? "all",
    objects: review.objects,
    voices: review.voices.map(({ name, answer }) => ({ name, answer: readDocument(answer as WireDocument) })),
  };

const pagesOf = (content: readonly ShownItem[] | null): PageAddress[] =>
  (content ?? []).flatMap((item) => (item.type === "image" ? [{ ...item.media, title: item.title }] : []));

export const documentDesk: MakeDesk = ({ turn, answer }, before) => {
  const review = reviewOf(turn);
  const pages = pagesOf(turn.content);
  const hand = before as Partial<DocumentHand>;
  const editor = new DocumentEditor({
    taxonomy: readTaxonomy(turn.taxonomy),
    pages,
    answer: readDocument(answer as WireDocument),
    suggestions: turn.prelabels ? readDocument(turn.prelabels as WireDocument) : null,
    voices: colored(review?.voices ?? []),
    doubts: review ? doubtsOf(review) : new Map(),
    // A reviewer looks first and draws rarely.
    hand: turn.stage === "review" ? { tool: "select", ...hand } : hand,
  });
  const refreshed = async (): Promise<readonly PageAddress[]> => pagesOf((await work.turn(turn.assignment_id)).content);
  return {
    noun: "document",
    answer: () => writeDocument(editor.answer),
    snapshot: () => editor.answer,
    isEmpty: () => isEmptyDocument(editor.answer),
    subscribe: editor.subscribe,
    onAnswer: (listener) => editor.onAnswer(listener),
    settle: () => void (editor.state.drawing && editor.send({ type: "key", key: "Enter" })),
    check: () => editor.check().length === 0,
    showProblems: (problems) => editor.showProblems(placeDocumentProblems(problems, editor.answer)),
    hand: () => editor.hand,
    render: ({ instructionsOpen, onSubmit, onReport }) => (
      <DocumentLabeler
        editor={editor}
        pages={pages}
        refreshed={refreshed}
        instructions={turn.instructions}
        instructionsOpen={instructionsOpen}
        review={review}
        onSubmit={onSubmit}
        onReport={onReport}
      />
    ),
  };
};
