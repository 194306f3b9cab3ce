/** What a reviewer sees besides the photo, the pages or the text: how far the annotators agree, whom to lay over, and what
 * was voted out. */

import { Badge, Button, cx, percent } from "@assay/ui";

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

/** What is judged. `Voice` has one annotator's answer in it. */
export interface Judged<Voice> {
  readonly agreement: number;
  readonly confidence: number;
  /** Why it is reviewed. */
  readonly reason: string;
  readonly objects: readonly ObjectVerdict[];
  readonly voices: readonly Voice[];
}

interface Said<Mark> {
  readonly name: string;
  readonly answer: { readonly annotations: readonly Mark[] };
}

/** Below this an object counts as disputed. */
export const DOUBT_BELOW = 0.75;
/** Over photos and pages. */
export const VOICE_COLORS = ["#22d3ee", "#f472b6", "#fde047", "#a3e635", "#c084fc", "#fb923c"] as const;
export const REASONS: Readonly<Record<string, string>> = {
  low_agreement: "Annotators disagree",
  all: "Every task is reviewed",
  sample: "Picked at random",
};

/** How sure the merge is of each object it is not sure of, by its id. One annotator contradicts nobody. */
export const doubtsOf = ({ objects, voices }: Pick<Judged<unknown>, "objects" | "voices">): ReadonlyMap<string, string> =>
  voices.length < 2 ? new Map() : new Map(objects.filter(({ kept, confidence }) => kept && confidence < DOUBT_BELOW).map(({ annotation_id, confidence }) => [annotation_id, percent(confidence)]));

/** The names of those who marked an object. */
export const voicesOf = ({ members }: ObjectVerdict, voices: readonly { readonly name: string }[]): string[] =>
  [...new Set(members.map(([voice]) => voices[voice]?.name ?? "?"))].sort();

/** Objects that were voted out, each as the first who marked it has it. */
function votedOut<Mark extends { readonly id: string }>({ objects, voices }: Judged<Said<Mark>>): { object: ObjectVerdict; mark: Mark }[] {
  return objects.flatMap((object) => {
    const [voice, id] = object.members[0] ?? [];
    const mark = object.kept || voice === undefined ? undefined : voices[voice]?.answer.annotations.find((each) => each.id === id);
    return mark ? [{ object, mark }] : [];
  });
}

export interface JudgingPanelProps<Mark> {
  readonly review: Judged<Said<Mark>>;
  /** What is looked at: a photo, a document, a text. */
  readonly noun: string;
  readonly overlayTitle: string;
  readonly overlays: ReadonlySet<string>;
  /** Of the voice's marks; none while they are not shown, where colours go by who is. */
  readonly colorOf: (name: string, index: number) => string | null;
  readonly onOverlay: (name: string) => void;
  readonly onPointOut: (mark: Mark | null) => void;
  readonly onAdopt: (mark: Mark) => void;
  readonly titleOf: (mark: Mark) => string;
  /** Beside the title. */
  readonly noteOf: (mark: Mark, voices: string) => string;
}

export function JudgingPanel<Mark extends { readonly id: string }>({
  review,
  noun,
  overlayTitle,
  overlays,
  colorOf,
  onOverlay,
  onPointOut,
  onAdopt,
  titleOf,
  noteOf,
}: JudgingPanelProps<Mark>) {
  const missing = votedOut(review);
  return (
    <section aria-label="Review" className="border-b border-border px-3 py-2.5 flex flex-col gap-2.5 shrink-0">
      <div className="flex items-center gap-2 flex-wrap">
        <h3 className="text-3 font-semibold grow">Review</h3>
        <Badge tone={review.reason === "low_agreement" ? "warn" : "neutral"}>{REASONS[review.reason] ?? review.reason}</Badge>
      </div>
      {review.voices.length > 1 ? (
        <>
          <dl className="flex gap-6 text-2">
            <Figure name="Agreement" value={review.agreement} />
            <Figure name="Confidence" value={review.confidence} />
          </dl>
          <div>
            <h4 className="text-1 font-semibold text-muted mb-1.5">{overlayTitle}</h4>
            <div className="flex flex-wrap gap-1">
              {review.voices.map(({ name, answer }, index) => {
                const color = colorOf(name, index);
                const isShown = overlays.has(name);
                return (
                  <button
                    key={name}
                    type="button"
                    aria-pressed={isShown}
                    onClick={() => onOverlay(name)}
                    className={cx(
                      "h-7 max-md:h-10 px-2 rounded-medium border text-2 font-medium inline-flex items-center gap-1.5",
                      isShown ? "border-accent bg-accent-soft text-accent" : "border-border bg-raised hover:bg-hover",
                    )}
                  >
                    {color !== null && <span className="size-2.5 rounded-full border border-black/30" style={{ background: color }} />}
                    {name} <span className="text-muted font-normal">{answer.annotations.length}</span>
                  </button>
                );
              })}
            </div>
          </div>
        </>
      ) : (
        <p className="text-2 text-muted">One annotator has done this {noun}.</p>
      )}
      {missing.length > 0 && (
        <div>
          <h4 className="text-1 font-semibold text-muted mb-1">Voted out</h4>
          <ul className="max-h-36 overflow-y-auto">
            {missing.map(({ object, mark }) => (
              <li
                key={object.annotation_id}
                className="flex items-center gap-2 min-h-8 text-3 -mx-1.5 px-1.5 rounded-medium hover:bg-hover"
                onMouseEnter={() => onPointOut(mark)}
                onMouseLeave={() => onPointOut(null)}
                onFocus={() => onPointOut(mark)}
                onBlur={() => onPointOut(null)}
              >
                <span dir="auto" className="truncate">{titleOf(mark)}</span>
                <span className="text-2 text-muted grow whitespace-nowrap">{noteOf(mark, voicesOf(object, review.voices).join(", "))}</span>
                <Button size="small" variant="ghost" icon="add" onClick={() => onAdopt(mark)}>Add</Button>
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
