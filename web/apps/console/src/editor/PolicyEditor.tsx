/** How sure the answer must be, explained where it is chosen. Defaults are the server's own. */
import type { Overlap, Policy, ReviewRule } from "@assay/client";
import type { Problems } from "@assay/forms";
import { cx, Field, Icon, NumberInput, percent, Select } from "@assay/ui";
import type { ReactNode } from "react";
import { DEFAULT_POLICY } from "./draft";
import { policyInWords } from "./policy-words";

export interface PolicyEditorProps {
  policy: Policy;
  problems: Problems;
  onChange: (policy: Policy, tag: string | null) => void;
}

const PRESETS: readonly { name: string; text: string; policy: Pick<Policy, "overlap" | "review" | "gold"> }[] = [
  {
    name: "Quick",
    text: "One person a photo. Fast and cheap; you trust them.",
    policy: { overlap: { mode: "fixed", count: 1 }, review: { mode: "none" }, gold: DEFAULT_POLICY.gold },
  },
  {
    name: "Checked",
    text: "One person, a tenth reviewed, golds to catch who does not try.",
    policy: { overlap: { mode: "fixed", count: 1 }, review: { mode: "sample", rate: 0.1 }, gold: { ...DEFAULT_POLICY.gold, rate: 0.05 } },
  },
  {
    name: "Trusted",
    text: "Two to five people until they agree, a reviewer where they do not.",
    policy: {
      overlap: { mode: "adaptive", minimum: 2, maximum: 5, agreement_min: 0.8 },
      review: { mode: "low_agreement", agreement_min: 0.7 },
      gold: { ...DEFAULT_POLICY.gold, rate: 0.05 },
    },
  },
];

export function PolicyEditor({ policy, problems, onChange }: PolicyEditorProps) {
  const { overlap, review, gold, training, merge } = policy;
  const several = overlap.mode === "adaptive" || overlap.count > 1;
  const set = (change: Partial<Policy>, tag: string | null = null) => onChange({ ...policy, ...change }, tag && `policy.${tag}`);

  return (
    <div className="flex flex-col gap-6">
      <div className="grid gap-2 sm:grid-cols-3" role="group" aria-label="Start from">
        {PRESETS.map((preset) => {
          const same = JSON.stringify(preset.policy) === JSON.stringify({ overlap, review, gold });
          return (
            <button
              key={preset.name}
              type="button"
              aria-pressed={same}
              onClick={() => set(preset.policy)}
              className={cx("text-left border rounded-medium px-3 py-2.5 flex flex-col gap-1", same ? "border-accent bg-accent-soft" : "border-border bg-surface hover:border-border-strong")}
            >
              <span className="text-3 font-semibold flex items-center gap-1.5">
                {preset.name} {same && <Icon name="check" size={14} className="text-accent" />}
              </span>
              <span className="text-2 text-muted">{preset.text}</span>
            </button>
          );
        })}
      </div>

      <section className="rounded-medium bg-sunken border border-border px-4 py-3" aria-label="In words" aria-live="polite">
        <ul className="list-disc pl-4 text-3 flex flex-col gap-1">
          {policyInWords(policy).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </section>

      <Group title="How many people" text="More opinions cost more, and find mistakes nobody alone can see.">
        <Field label="Opinions a photo" error={problems.at("policy.overlap")} className="max-w-72">
          {(control) => (
            <Select
              {...control}
              value={overlap.mode}
              onChange={(event) =>
                set({
                  overlap:
                    event.target.value === "fixed"
                      ? { mode: "fixed", count: overlap.mode === "adaptive" ? overlap.minimum : overlap.count }
                      : { mode: "adaptive", minimum: 2, maximum: 5, agreement_min: 0.8 },
                })
              }
            >
              <option value="fixed">Always the same number</option>
              <option value="adaptive">More where people disagree</option>
            </Select>
          )}
        </Field>
        <OverlapFields overlap={overlap} problems={problems} onChange={(next, tag) => set({ overlap: next }, tag)} />
        {several && (
          <div className="flex flex-wrap gap-4">
            <Share label="Same object when outlines overlap" value={merge.iou_min} min={0.05} error={problems.at("policy.merge.iou_min")} hint="Intersection over union. Half is usual." onValue={(iou_min) => set({ merge: { ...merge, iou_min } }, "iou_min")} />
            <Share label="Kept when marked by" value={merge.vote_min} min={0.05} error={problems.at("policy.merge.vote_min")} hint="Share of the voices, weighted by how good each is." onValue={(vote_min) => set({ merge: { ...merge, vote_min } }, "vote_min")} />
          </div>
        )}
      </Group>

      <Group title="Review" text="A reviewer accepts, corrects, or sends back with a comment.">
        <Field label="A reviewer looks at" error={problems.at("policy.review")} className="max-w-72">
          {(control) => (
            <Select {...control} value={review.mode} onChange={(event) => set({ review: reviewOf(event.target.value as ReviewRule["mode"]) })}>
              <option value="none">Nothing</option>
              <option value="low_agreement">Tasks where people disagree</option>
              <option value="sample">A random sample</option>
              <option value="all">Every task</option>
            </Select>
          )}
        </Field>
        {review.mode === "sample" && (
          <Share label="Share reviewed" value={review.rate} error={problems.at("policy.review.rate")} onValue={(rate) => set({ review: { mode: "sample", rate } }, "review.rate")} />
        )}
        {review.mode === "low_agreement" && (
          <>
            <Share label="When they agree less than" value={review.agreement_min} error={problems.at("policy.review.agreement_min")} onValue={(agreement_min) => set({ review: { mode: "low_agreement", agreement_min } }, "review.agreement")} />
            {!several && (
              <p className="text-2 text-warn flex gap-1.5 items-start">
                <Icon name="alert" size={14} className="mt-0.5" /> With one opinion a photo nobody can disagree, so nothing would be reviewed.
              </p>
            )}
          </>
        )}
        {review.mode !== "none" && (
          <Field label="Sent back at most" hint="After that the reviewer must accept or correct." error={problems.at("policy.send_backs_max")}>
            {(control) => <NumberInput {...control} unit="times" min={0} max={10} value={policy.send_backs_max} onValue={(value) => set({ send_backs_max: value ?? 0 }, "send_backs")} />}
          </Field>
        )}
      </Group>

      <Group title="Golds" text="Tasks with a known answer, mixed in unseen, show who can be relied on. You need some golds in the project.">
        <Share label="Share of each person's tasks" value={gold.rate} error={problems.at("policy.gold.rate")} onValue={(rate) => set({ gold: { ...gold, rate } }, "gold.rate")} />
        {gold.rate > 0 && (
          <div className="flex flex-wrap gap-4">
            <Share label="An answer is right from a score of" value={gold.score_min} error={problems.at("policy.gold.score_min")} onValue={(score_min) => set({ gold: { ...gold, score_min } }, "gold.score")} />
            <Share label="Suspend who is clearly below" value={gold.accuracy_min} error={problems.at("policy.gold.accuracy_min")} hint="Only when chance is ruled out (95 %)." onValue={(accuracy_min) => set({ gold: { ...gold, accuracy_min } }, "gold.accuracy")} />
            <Field label="But not before" error={problems.at("policy.gold.answers_min")}>
              {(control) => <NumberInput {...control} className="w-32" unit="golds" min={1} max={1000} value={gold.answers_min} onValue={(value) => set({ gold: { ...gold, answers_min: value ?? 1 } }, "gold.answers")} />}
            </Field>
          </div>
        )}
      </Group>

      <Group title="Training" text="Where a project has training tasks, newcomers practise on them before its work, and see the right answer after each.">
        <div className="flex flex-wrap gap-4">
          <Field label="A run has" hint="All of them, where there are fewer." error={problems.at("policy.training.tasks")}>
            {(control) => <NumberInput {...control} className="w-32" unit="tasks" min={1} max={100} value={training.tasks} onValue={(value) => set({ training: { ...training, tasks: value ?? 1 } }, "training.tasks")} />}
          </Field>
          <Share label="It passes with a mean score of" value={training.score_min} error={problems.at("policy.training.score_min")} onValue={(score_min) => set({ training: { ...training, score_min } }, "training.score")} />
          <Field label="You decide after" hint="Let them pass, or begin again." error={problems.at("policy.training.runs_max")}>
            {(control) => <NumberInput {...control} className="w-32" unit="runs" min={1} max={20} value={training.runs_max} onValue={(value) => set({ training: { ...training, runs_max: value ?? 1 } }, "training.runs")} />}
          </Field>
        </div>
      </Group>

      <Group title="Turns" text="How long one person may hold a task before it is given to another.">
        <div className="flex flex-wrap gap-4">
          <Minutes label="Time for one task" value={policy.lease_seconds} error={problems.at("policy.lease_seconds")} onValue={(lease_seconds) => set({ lease_seconds }, "lease")} />
          <Minutes label="Extension, once" value={policy.extension_seconds} error={problems.at("policy.extension_seconds")} onValue={(extension_seconds) => set({ extension_seconds }, "extension")} />
          <Field label="Set aside after" hint="Skips or reports; then you decide." error={problems.at("policy.skips_max")}>
            {(control) => <NumberInput {...control} unit="skips" min={1} max={25} value={policy.skips_max} onValue={(value) => set({ skips_max: value ?? 1 }, "skips")} />}
          </Field>
        </div>
      </Group>
    </div>
  );
}

function reviewOf(mode: ReviewRule["mode"]): ReviewRule {
  if (mode === "sample") return { mode, rate: 0.1 };
  if (mode === "low_agreement") return { mode, agreement_min: 0.7 };
  return { mode };
}

function OverlapFields({ overlap, problems, onChange }: { overlap: Overlap; problems: Problems; onChange: (overlap: Overlap, tag: string) => void }) {
  if (overlap.mode === "fixed") {
    return (
      <Field label="People a photo" error={problems.at("policy.overlap.count")}>
        {(control) => <NumberInput {...control} min={1} max={25} value={overlap.count} onValue={(value) => onChange({ ...overlap, count: value ?? 1 }, "overlap.count")} />}
      </Field>
    );
  }
  return (
    <div className="flex flex-wrap gap-4">
      <Field label="At least" error={problems.at("policy.overlap.minimum")}>
        {(control) => <NumberInput {...control} unit="people" className="w-32" min={2} max={25} value={overlap.minimum} onValue={(value) => onChange({ ...overlap, minimum: value ?? 2 }, "overlap.minimum")} />}
      </Field>
      <Field label="At most" error={problems.at("policy.overlap.maximum")}>
        {(control) => <NumberInput {...control} unit="people" className="w-32" min={2} max={25} value={overlap.maximum} onValue={(value) => onChange({ ...overlap, maximum: value ?? 2 }, "overlap.maximum")} />}
      </Field>
      <Share label="Enough when they agree" value={overlap.agreement_min} error={problems.at("policy.overlap.agreement_min")} onValue={(agreement_min) => onChange({ ...overlap, agreement_min }, "overlap.agreement")} />
    </div>
  );
}

function Group({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3 items-start">
      <div>
        <h2 className="text-3 font-semibold">{title}</h2>
        <p className="text-2 text-muted">{text}</p>
      </div>
      {children}
    </section>
  );
}

/** A share as a slider with its percentage; `value` within [0, 1]. */
function Share({ label, value, onValue, min = 0, hint, error }: { label: string; value: number; onValue: (value: number) => void; min?: number; hint?: string; error: string | undefined }) {
  return (
    <Field label={label} hint={hint} error={error} className="w-60">
      {(control) => (
        <span className="flex items-center gap-3 h-8">
          <input
            {...control}
            type="range"
            min={min}
            max={1}
            step={0.05}
            value={value}
            aria-valuetext={percent(value)}
            onChange={(event) => onValue(Math.round(event.target.valueAsNumber * 100) / 100)}
            className="grow min-w-0 accent-accent"
          />
          <output className="w-10 text-right text-3">{percent(value)}</output>
        </span>
      )}
    </Field>
  );
}

function Minutes({ label, value, onValue, error }: { label: string; value: number; onValue: (seconds: number) => void; error: string | undefined }) {
  return (
    <Field label={label} error={error}>
      {(control) => <NumberInput {...control} unit="min" min={0} step="any" value={Math.round((value / 60) * 100) / 100} onValue={(minutes) => onValue(Math.round((minutes ?? 0) * 60))} />}
    </Field>
  );
}
