/** Boxes, polygons, polylines and points on a photo. */

import { type WireAnswer, isEmptyAnswer, placeProblems, readAnswer, readTaxonomy, writeAnswer } from "@assay/annotation";
import { Editor, type Hand, Labeler, type ReviewInfo, doubtsOf, voiceOverlays } from "@assay/labeling";
import { Button, Spinner } from "@assay/ui";
import type { Turn } from "../api";
import type { MakeDesk } from "./desk";

const reviewInfo = ({ review }: Turn): ReviewInfo | null =>
  review && {
    agreement: review.agreement,
    confidence: review.confidence,
    reason: review.reason ?? "all",
    objects: review.objects,
    voices: review.voices.map(({ name, answer }) => ({ name, answer: readAnswer(answer as WireAnswer) })),
  };

export const imageDesk: MakeDesk = ({ turn, answer }, before) => {
  const review = reviewInfo(turn);
  const hand = before as Partial<Hand>;
  const editor = new Editor({
    taxonomy: readTaxonomy(turn.taxonomy),
    media: turn.media ?? { width: 1, height: 1 },
    answer: readAnswer(answer as WireAnswer),
    suggestions: turn.prelabels ? readAnswer(turn.prelabels as WireAnswer) : null,
    overlays: voiceOverlays(review?.voices ?? []),
    doubts: review ? doubtsOf(review) : new Map(),
    // A reviewer looks first and draws rarely.
    hand: turn.stage === "review" ? { tool: "select", ...hand } : hand,
  });
  return {
    noun: "photo",
    answer: () => writeAnswer(editor.answer),
    snapshot: () => editor.answer,
    isEmpty: () => isEmptyAnswer(editor.answer),
    subscribe: editor.subscribe,
    onAnswer: (listener) => editor.onAnswer(listener),
    settle: () => void (editor.state.drawing && editor.send({ type: "key", key: "Enter" })),
    check: () => editor.check().length === 0,
    showProblems: (problems) => editor.showProblems(placeProblems(problems, editor.answer)),
    hand: () => editor.hand,
    render: ({ open, instructionsOpen, onSubmit, onRetryPhoto, onReport }) => (
      <Labeler
        editor={editor}
        photo={open.photo}
        placeholder={<PhotoState problem={open.photoProblem} onRetry={onRetryPhoto} onReport={onReport} />}
        instructions={turn.instructions}
        reference={turn.content ?? []}
        instructionsOpen={instructionsOpen}
        review={review}
        onSubmit={onSubmit}
      />
    ),
  };
};

function PhotoState({ problem, onRetry, onReport }: { problem: string | null; onRetry: () => void; onReport: () => void }) {
  if (problem === null) {
    return (
      <p role="status" className="flex items-center gap-2 text-3 text-muted">
        <Spinner /> Fetching the photo…
      </p>
    );
  }
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-6 text-center">
      <p className="text-3 max-w-sm">{problem}</p>
      <div className="flex gap-2">
        <Button icon="retry" onClick={onRetry}>Try again</Button>
        <Button variant="ghost" onClick={onReport}>Report a problem…</Button>
      </div>
    </div>
  );
}
