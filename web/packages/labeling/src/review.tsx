/** What a reviewer of photos sees besides the photo. */

import { type ImageAnswer, type Mark, titleOf } from "@assay/annotation";
import type { Editor } from "./editor";
import { useEditorState } from "./follow";
import { type Judged, JudgingPanel, type ObjectVerdict, VOICE_COLORS } from "./judging";

export interface Voice {
  readonly name: string;
  readonly answer: ImageAnswer;
}

export type ReviewInfo = Judged<Voice>;

const colorAt = (index: number): string => VOICE_COLORS[index % VOICE_COLORS.length]!;

export const voiceOverlays = (voices: readonly Voice[]) =>
  voices.map(({ name, answer }, index) => ({ name, color: colorAt(index), marks: answer.annotations }));

/** The least sure first; marks the merge does not know, being the reviewer's own, last. */
export function byDoubt(marks: readonly Mark[], objects: readonly ObjectVerdict[]): Mark[] {
  const sure = new Map(objects.map(({ annotation_id, confidence }) => [annotation_id, confidence]));
  return [...marks].sort((a, b) => (sure.get(a.id) ?? 2) - (sure.get(b.id) ?? 2));
}

export function ReviewPanel({ editor, review }: { editor: Editor; review: ReviewInfo }) {
  const { overlays } = useEditorState(editor);
  return (
    <JudgingPanel<Mark>
      review={review}
      noun="photo"
      overlayTitle="Lay over the photo"
      overlays={overlays}
      colorOf={(_, index) => colorAt(index)}
      onOverlay={(name) => editor.toggleOverlay(name)}
      onPointOut={(mark) => editor.pointOut(mark)}
      onAdopt={(mark) => editor.adopt(mark)}
      titleOf={({ label }) => titleOf(editor.placedOf(label)?.label ?? { name: label, title: null })}
      noteOf={(_, voices) => `seen by ${voices}`}
    />
  );
}
