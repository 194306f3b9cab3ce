/** What a reviewer sees besides the photo: how far the annotators agree, each one's marks, and what was voted out. */

import { type ImageAnswer, type Mark, titleOf } from "@assay/annotation";
import { Badge, Button, cx, percent } from "@assay/ui";
import type { Editor } from "./editor";
import { useEditorState } from "./follow";

/** What the merge thought of one object; see `ObjectVerdict` of the server's core. */
export interface ObjectVerdict {
  readonly annotation_id: string;
  readonly label: string;
  readonly kept: boolean;
  readonly confidence: number;
  readonly label_share: number;
  readonly spread_iou: number;
  /** Index of the voice, and the annotation's id in it. */
  readonly members: readonly (readonly [number, string])[];
}

export interface Voice {
  readonly name: string;
  readonly answer: ImageAnswer;
}

export interface ReviewInfo {
  readonly agreement: number;
  readonly confidence: number;
  readonly reason: string;
  readonly objects: readonly ObjectVerdict[];
  readonly voices: readonly Voice[];
}

/** Below this an object counts as disputed. */
export const DOUBT_BELOW = 0.75;
const VOICE_COLORS = ["#22d3ee", "#f472b6", "#fde047", "#a3e635", "#c084fc", "#fb923c"];
export const REASONS: Readonly<Record<string, string>> = {
  low_agreement: "Annotators disagree",
  all: "Every task is reviewed",
  sample: "Picked at random",
};

export const voiceOverlays = (voices: readonly Voice[]) =>
  voices.map(({ name, answer }, index) => ({ name, color: VOICE_COLORS[index % VOICE_COLORS.length]!, marks: answer.annotations }));

/** How sure the merge is of each object it is not sure of, by the mark's id. One annotator contradicts nobody. */
export const doubtsOf = ({ objects, voices }: Pick<ReviewInfo, "objects" | "voices">): ReadonlyMap<string, string> =>
  voices.length < 2 ? new Map() : new Map(objects.filter(({ kept, confidence }) => kept && confidence < DOUBT_BELOW).map(({ annotation_id, confidence }) => [annotation_id, percent(confidence)]));

/** The names of those who marked an object. */
export const voicesOf = ({ members }: ObjectVerdict, voices: readonly { readonly name: string }[]): string[] =>
  [...new Set(members.map(([voice]) => voices[voice]?.name ?? "?"))].sort();

/** The least sure first; marks the merge does not know, being the reviewer's own, last. */
export function byDoubt(marks: readonly Mark[], objects: readonly ObjectVerdict[]): Mark[] {
  const sure = new Map(objects.map(({ annotation_id, confidence }) => [annotation_id, confidence]));
  return [...marks].sort((a, b) => (sure.get(a.id) ?? 2) - (sure.get(b.id) ?? 2));
}

export function ReviewPanel({ editor, review }: { editor: Editor; review: ReviewInfo }) {
  const { overlays } = useEditorState(editor);
  const missing = review.objects.filter(({ kept }) => !kept);
  const markOf = (object: ObjectVerdict): Mark | null => {
    const [voice, id] = object.members[0] ?? [];
    return (voice === undefined ? undefined : review.voices[voice]?.answer.annotations.find((each) => each.id === id)) ?? null;
  };
  return (
    <section aria-label="Review" className="border-b border-border px-3 py-2.5 flex flex-col gap-2.5">
      <div className="flex items-center gap-2 flex-wrap">
        <h3 className="text-3 font-semibold grow">Review</h3>
        <Badge tone={review.reason === "low_agreement" ? "warn" : "neutral"}>{REASONS[review.reason] ?? review.reason}</Badge>
      </div>
      {review.voices.length > 1 ? (
        <dl className="flex gap-6 text-2">
          <Figure name="Agreement" value={review.agreement} />
          <Figure name="Confidence" value={review.confidence} />
        </dl>
      ) : (
        <p className="text-2 text-muted">One annotator has done this photo.</p>
      )}
      {review.voices.length > 1 && (
        <div>
          <h4 className="text-1 font-semibold text-muted mb-1.5">Lay over the photo</h4>
          <div className="flex flex-wrap gap-1">
            {editor.overlays.map(({ name, color, marks }) => (
              <button
                key={name}
                type="button"
                aria-pressed={overlays.has(name)}
                onClick={() => editor.toggleOverlay(name)}
                className={cx(
                  "h-7 max-md:h-10 px-2 rounded-medium border text-2 font-medium inline-flex items-center gap-1.5",
                  overlays.has(name) ? "border-accent bg-accent-soft text-accent" : "border-border bg-raised hover:bg-hover",
                )}
              >
                <span className="size-2.5 rounded-full border border-black/30" style={{ background: color }} />
                {name}
                <span className="text-muted font-normal">{marks.length}</span>
              </button>
            ))}
          </div>
        </div>
      )}
      {missing.length > 0 && (
        <div>
          <h4 className="text-1 font-semibold text-muted mb-1">Voted out</h4>
          <ul className="max-h-36 overflow-y-auto">
            {missing.map((object) => (
              <li
                key={object.annotation_id}
                className="flex items-center gap-2 h-8 text-3 -mx-1.5 px-1.5 rounded-medium hover:bg-hover"
                onMouseEnter={() => editor.pointOut(markOf(object))}
                onMouseLeave={() => editor.pointOut(null)}
                onFocus={() => editor.pointOut(markOf(object))}
                onBlur={() => editor.pointOut(null)}
              >
                <span className="truncate">{titleOf(editor.placedOf(object.label)?.label ?? { name: object.label, title: null })}</span>
                <span className="text-2 text-muted grow">
                  seen by {voicesOf(object, review.voices).join(", ")}
                </span>
                <Button
                  size="small"
                  variant="ghost"
                  icon="add"
                  onClick={() => {
                    const mark = markOf(object);
                    if (mark) editor.adopt(mark);
                  }}
                >
                  Add
                </Button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Figure({ name, value }: { name: string; value: number }) {
  return (
    <div>
      <dt className="text-muted">{name}</dt>
      <dd className={cx("text-5 font-semibold", value < DOUBT_BELOW ? "text-warn" : "text-text")}>{percent(value)}</dd>
    </div>
  );
}
