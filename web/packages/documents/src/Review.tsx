/** What a reviewer sees besides the pages: how far the annotators agree, each one's regions and texts, and what was voted out. */

import { titleOf } from "@assay/annotation";
import { DOUBT_BELOW, type ObjectVerdict, REASONS, useEditorState, voicesOf } from "@assay/labeling";
import { Badge, Button, cx, percent } from "@assay/ui";
import type { Region } from "./answer";
import type { DocumentEditor } from "./editor";
import type { DocumentVoice } from "./state";

export interface DocumentReview {
  readonly agreement: number;
  readonly confidence: number;
  readonly reason: string;
  readonly objects: readonly ObjectVerdict[];
  readonly voices: readonly Omit<DocumentVoice, "color">[];
}

export const VOICE_COLORS = ["#22d3ee", "#f472b6", "#facc15", "#a3e635", "#c084fc", "#fb923c"] as const;

export const colored = (voices: DocumentReview["voices"]): DocumentVoice[] =>
  voices.map((voice, index) => ({ ...voice, color: VOICE_COLORS[index % VOICE_COLORS.length]! }));

/** How sure the merge is of each region it is not sure of, by its id. One annotator contradicts nobody. */
export const doubtsAbout = ({ objects, voices }: Pick<DocumentReview, "objects" | "voices">): ReadonlyMap<string, string> =>
  voices.length < 2 ? new Map() : new Map(objects.filter(({ kept, confidence }) => kept && confidence < DOUBT_BELOW).map(({ annotation_id, confidence }) => [annotation_id, percent(confidence)]));

function memberOf({ members }: ObjectVerdict, voices: DocumentReview["voices"]): Region | null {
  const [voice, id] = members[0] ?? [];
  return (voice === undefined ? undefined : voices[voice]?.answer.annotations.find((each) => each.id === id)) ?? null;
}

export function ReviewPanel({ editor, review }: { editor: DocumentEditor; review: DocumentReview }) {
  const { overlays } = useEditorState(editor);
  const missing = review.objects.filter(({ kept }) => !kept).flatMap((object) => {
    const region = memberOf(object, review.voices);
    return region ? [{ object, region }] : [];
  });
  return (
    <section aria-label="Review" className="border-b border-border px-3 py-2.5 flex flex-col gap-2.5 shrink-0">
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
            <h4 className="text-1 font-semibold text-muted mb-1.5">Lay over the page</h4>
            <div className="flex flex-wrap gap-1">
              {editor.voices.map(({ name, color, answer }) => (
                <Button key={name} size="small" aria-pressed={overlays.has(name)} className={cx(overlays.has(name) && "border-accent! bg-accent-soft! text-accent!")} onClick={() => editor.toggleOverlay(name)}>
                  <span className="size-2.5 rounded-full border border-black/30" style={{ background: color }} />
                  {name} <span className="text-muted font-normal">{answer.annotations.length}</span>
                </Button>
              ))}
            </div>
          </div>
        </>
      ) : (
        <p className="text-2 text-muted">One annotator has done this document.</p>
      )}
      {missing.length > 0 && (
        <div>
          <h4 className="text-1 font-semibold text-muted mb-1">Voted out</h4>
          <ul className="max-h-36 overflow-y-auto">
            {missing.map(({ object, region }) => (
              <li
                key={object.annotation_id}
                className="flex items-center gap-2 min-h-8 text-3 -mx-1.5 px-1.5 rounded-medium hover:bg-hover"
                onMouseEnter={() => editor.pointOut(region)}
                onMouseLeave={() => editor.pointOut(null)}
                onFocus={() => editor.pointOut(region)}
                onBlur={() => editor.pointOut(null)}
              >
                <span dir="auto" className="truncate">{region.text || titleOf(editor.placedOf(region.label)?.label ?? { name: region.label, title: null })}</span>
                <span className="text-2 text-muted grow whitespace-nowrap">{voicesOf(object, review.voices).join(", ")}</span>
                <Button size="small" variant="ghost" icon="add" onClick={() => editor.adopt(region)}>Add</Button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
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
