/** What a reviewer of texts sees besides the text. */

import { titleOf } from "@assay/annotation";
import { type Judged, JudgingPanel } from "@assay/labeling";
import type { Span } from "./answer";
import type { TextEditor } from "./editor";
import { useTextState } from "./follow";
import { excerpt } from "./Lists";
import type { TextVoice } from "./state";
import { VOICE_COLORS } from "./TextStage";

export type TextReview = Judged<TextVoice>;

export function ReviewPanel({ editor, review }: { editor: TextEditor; review: TextReview }) {
  const { overlays } = useTextState(editor);
  // Lines lie in the order of those that are shown, and have their colours by it.
  const shown = review.voices.filter(({ name }) => overlays.has(name)).map(({ name }) => name);
  return (
    <JudgingPanel<Span>
      review={review}
      noun="text"
      overlayTitle="Show over the text"
      overlays={overlays}
      colorOf={(name) => (shown.includes(name) ? VOICE_COLORS[shown.indexOf(name) % VOICE_COLORS.length]! : null)}
      onOverlay={(name) => editor.toggleOverlay(name)}
      onPointOut={(span) => editor.pointOut(span)}
      onAdopt={(span) => editor.adopt(span)}
      titleOf={(span) => excerpt(editor, span, 30)}
      noteOf={({ label }, voices) => `${titleOf(editor.placedOf(label)?.label ?? { name: label, title: null })} · ${voices}`}
    />
  );
}
