/** What a reviewer sees besides the text: how far the annotators agree, each one's marks, and what was voted out. */

import { titleOf } from "@assay/annotation";
import { DOUBT_BELOW, type ObjectVerdict, REASONS, voicesOf } from "@assay/labeling";
import { Badge, Button, cx, percent } from "@assay/ui";
import type { Span } from "./answer";
import type { TextEditor } from "./editor";
import type { TextVoice } from "./state";
import { useTextState } from "./follow";
import { excerpt } from "./Lists";
import { VOICE_COLORS } from "./TextStage";

export interface TextReview {
  readonly agreement: number;
  readonly confidence: number;
  readonly reason: string;
  readonly objects: readonly ObjectVerdict[];
  readonly voices: readonly TextVoice[];
}

export function ReviewPanel({ editor, review }: { editor: TextEditor; review: TextReview }) {
  const { overlays } = useTextState(editor);
  const spanOf = ({ members }: ObjectVerdict): Span | null => {
    const [voice, id] = members[0] ?? [];
    return (voice === undefined ? undefined : review.voices[voice]?.answer.annotations.find((each) => each.id === id)) ?? null;
  };
  const missing = review.objects.filter(({ kept }) => !kept).flatMap((object) => {
    const span = spanOf(object);
    return span ? [{ object, span }] : [];
  });
  return (
    <section aria-label="Review" className="border-b border-border px-3 py-2.5 flex flex-col gap-2.5">
      <div className="flex items-center gap-2 flex-wrap">
        <h3 className="text-3 font-semibold grow">Review</h3>
        <Badge tone={review.reason === "low_agreement" ? "warn" : "neutral"}>{REASONS[review.reason] ?? review.reason}</Badge>
      </div>
      {review.voices.length > 1 ? (
        <>
          <dl className="flex gap-6 text-2">
            {[["Agreement", review.agreement] as const, ["Confidence", review.confidence] as const].map(([name, value]) => (
              <div key={name}>
                <dt className="text-muted">{name}</dt>
                <dd className={cx("text-5 font-semibold", value < DOUBT_BELOW && "text-warn")}>{percent(value)}</dd>
              </div>
            ))}
          </dl>
          <div>
            <h4 className="text-1 font-semibold text-muted mb-1.5">Show over the text</h4>
            <div className="flex flex-wrap gap-1">
              {review.voices.map(({ name, answer }) => {
                const place = review.voices.filter((voice) => overlays.has(voice.name)).findIndex((voice) => voice.name === name);
                return (
                  <Button key={name} size="small" aria-pressed={place >= 0} className={cx(place >= 0 && "border-accent! bg-accent-soft! text-accent!")} onClick={() => editor.toggleOverlay(name)}>
                    {place >= 0 && <span className="size-2.5 rounded-full" style={{ background: VOICE_COLORS[place % VOICE_COLORS.length] }} />}
                    {name} <span className="text-muted font-normal">{answer.annotations.length}</span>
                  </Button>
                );
              })}
            </div>
          </div>
        </>
      ) : (
        <p className="text-2 text-muted">One annotator has done this text.</p>
      )}
      {missing.length > 0 && (
        <div>
          <h4 className="text-1 font-semibold text-muted mb-1">Voted out</h4>
          <ul className="max-h-36 overflow-y-auto">
            {missing.map(({ object, span }) => (
              <li
                key={object.annotation_id}
                className="flex items-center gap-2 min-h-8 text-3 -mx-1.5 px-1.5 rounded-medium hover:bg-hover"
                onMouseEnter={() => editor.pointOut(span)}
                onMouseLeave={() => editor.pointOut(null)}
                onFocus={() => editor.pointOut(span)}
                onBlur={() => editor.pointOut(null)}
              >
                <span className="truncate">{excerpt(editor, span, 30)}</span>
                <span className="text-2 text-muted grow whitespace-nowrap">
                  {titleOf(editor.placedOf(span.label)?.label ?? { name: span.label, title: null })} · {voicesOf(object, review.voices).join(", ")}
                </span>
                <Button size="small" variant="ghost" icon="add" onClick={() => editor.adopt(span)}>Add</Button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
