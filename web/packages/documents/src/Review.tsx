/** What a reviewer of documents sees besides the pages. */

import { titleOf } from "@assay/annotation";
import { type Judged, JudgingPanel, VOICE_COLORS, useEditorState } from "@assay/labeling";
import { cx } from "@assay/ui";
import type { Region } from "./answer";
import type { DocumentEditor } from "./editor";
import type { DocumentVoice } from "./state";

export type DocumentReview = Judged<Omit<DocumentVoice, "color">>;

const colorAt = (index: number): string => VOICE_COLORS[index % VOICE_COLORS.length]!;

export const colored = (voices: DocumentReview["voices"]): DocumentVoice[] =>
  voices.map((voice, index) => ({ ...voice, color: colorAt(index) }));

export function ReviewPanel({ editor, review }: { editor: DocumentEditor; review: DocumentReview }) {
  const { overlays } = useEditorState(editor);
  return (
    <JudgingPanel<Region>
      review={review}
      noun="document"
      overlayTitle="Lay over the page"
      overlays={overlays}
      colorOf={(_, index) => colorAt(index)}
      onOverlay={(name) => editor.toggleOverlay(name)}
      onPointOut={(region) => editor.pointOut(region)}
      onAdopt={(region) => editor.adopt(region)}
      titleOf={({ text, label }) => text || titleOf(editor.placedOf(label)?.label ?? { name: label, title: null })}
      noteOf={(_, voices) => voices}
    />
  );
}

/** What everybody read there, each to be taken over. Nothing where they all read the same. */
export function Readings({ editor, region, review }: { editor: DocumentEditor; region: Region; review: DocumentReview }) {
  const object = review.objects.find(({ annotation_id }) => annotation_id === region.id);
  if (object === undefined || review.voices.length < 2) return null;
  const readings = new Map<string, string[]>();
  for (const [voice, id] of object.members) {
    const said = review.voices[voice];
    const theirs = said?.answer.annotations.find((each) => each.id === id);
    if (said && theirs) readings.set(theirs.text, [...(readings.get(theirs.text) ?? []), said.name]);
  }
  if (readings.size < 2) return null;
  return (
    <ul aria-label="What each one read" className="flex flex-col gap-1">
      {[...readings].map(([text, names]) => (
        <li key={text}>
          <button
            type="button"
            disabled={text === region.text}
            title="Take this text"
            onClick={() => editor.type(region.id, text)}
            className="w-full flex gap-2 items-baseline px-2 py-1 rounded-small bg-surface border border-border text-2 text-left not-disabled:hover:border-accent disabled:border-ok/60"
          >
            <span className="text-muted shrink-0">{names.join(", ")}</span>
            <span dir={editor.direction ?? "auto"} className={cx("grow whitespace-pre-wrap break-words", text === "" && "text-muted italic")}>{text || "nothing"}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
