/** What happened to one task: turns, submissions, reviews and the rest, newest first. */
import type { AssayEvent, Assignment, Audit, AuditVerdict, Review, TaskDetail, Verdict } from "@assay/client";
import { ago, Badge, cx, duration, Icon, percent, type IconName, type Tone } from "@assay/ui";
import type { ReactNode } from "react";

const VERDICTS: Record<Verdict, { text: string; tone: Tone }> = {
  accept: { text: "accepted", tone: "ok" },
  fix: { text: "corrected", tone: "warn" },
  send_back: { text: "sent back", tone: "danger" },
};

const TURN_WORDS: Record<Assignment["state"], string> = {
  open: "waits for somebody",
  claimed: "is at it",
  submitted: "submitted",
  skipped: "skipped it",
  reported: "reported it",
  expired: "ran out of time",
  returned: "gave it back",
  cancelled: "was called off",
};

export function History({ task }: { task: TaskDetail }) {
  const openTurns = task.assignments.filter((turn) => turn.state === "open" || turn.state === "claimed");
  return (
    <div className="px-4 py-3 flex flex-col gap-4">
      {openTurns.length > 0 && (
        <ul className="flex flex-col gap-1 text-3">
          {openTurns.map((turn) => (
            <li key={turn.id} className="flex items-center gap-2">
              <Icon name={turn.state === "claimed" ? "edit" : "clock"} className="text-muted" />
              <span className="grow">
                {turn.stage === "review" ? "Review" : "Turn"}: {turn.worker ? `${turn.worker.name} ` : ""}
                {TURN_WORDS[turn.state]}
              </span>
              {turn.lease_until && <span className="text-2 text-muted">until {clock(turn.lease_until)}</span>}
            </li>
          ))}
        </ul>
      )}
      {task.audits.toReversed().map((audit) => (
        <AuditCard key={audit.id} audit={audit} />
      ))}
      {task.reviews.map((review) => (
        <ReviewCard key={review.id} review={review} />
      ))}
      <Timeline task={task} />
    </div>
  );
}

function ReviewCard({ review }: { review: Review }) {
  const verdict = VERDICTS[review.verdict];
  return (
    <div className="border border-border rounded-medium px-3 py-2">
      <p className="text-3 flex items-center gap-2">
        <span className="font-medium">{review.reviewer.name}</span>
        <Badge tone={verdict.tone}>{verdict.text}</Badge>
        <span className="grow" />
        <span className="text-2 text-muted">{ago(review.created_at, Date.now())}</span>
      </p>
      {review.comment && <p className="text-3 text-muted mt-1 break-words">{review.comment}</p>}
    </div>
  );
}

const AUDITS: Record<AuditVerdict, { text: string; tone: Tone }> = {
  accept: { text: "accepted the answer", tone: "ok" },
  fix: { text: "corrected the answer", tone: "warn" },
  comment: { text: "said", tone: "neutral" },
  reject: { text: "rejected the answer", tone: "danger" },
};

function AuditCard({ audit }: { audit: Audit }) {
  const verdict = AUDITS[audit.verdict];
  return (
    <div className="border border-border rounded-medium px-3 py-2">
      <p className="text-3 flex items-center gap-2 flex-wrap">
        <span className="font-medium">{audit.auditor}</span>
        <Badge tone={verdict.tone}>{verdict.text}</Badge>
        <span className="grow" />
        <span className="text-2 text-muted">{ago(audit.created_at, Date.now())}</span>
      </p>
      {audit.comment && <p className="text-3 text-muted mt-1 break-words">{audit.comment}</p>}
    </div>
  );
}

interface Moment {
  at: string;
  icon: IconName;
  text: ReactNode;
  note?: string | undefined;
}

const EVENT_ICONS: [prefix: string, icon: IconName][] = [
  ["task.completed", "check"],
  ["task.broken", "alert"],
  ["task.cancelled", "close"],
  ["task.created", "add"],
  ["submission", "check"],
  ["review", "review"],
  ["assignment", "people"],
  ["gold", "star"],
];

function Timeline({ task }: { task: TaskDetail }) {
  const moments = [...task.events.map(momentOfEvent), ...turnsNotInEvents(task)].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  if (moments.length === 0) return <p className="text-3 text-muted text-center py-3">Nothing has happened yet.</p>;
  return (
    <ol className="flex flex-col">
      {moments.map((moment, index) => (
        <li key={index} className="flex gap-3 text-3">
          <span className="flex flex-col items-center">
            <span className="size-6 rounded-full bg-sunken border border-border grid place-items-center text-muted shrink-0">
              <Icon name={moment.icon} size={12} />
            </span>
            <span className={cx("w-px grow bg-border", index === moments.length - 1 && "hidden")} />
          </span>
          <span className="pb-3 min-w-0 grow">
            <span className="flex gap-2">
              <span className="grow min-w-0 break-words">{moment.text}</span>
              <time dateTime={moment.at} title={new Date(moment.at).toLocaleString("en")} className="text-2 text-muted whitespace-nowrap">
                {ago(moment.at, Date.now())}
              </time>
            </span>
            {moment.note && <span className="block text-2 text-muted break-words">{moment.note}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** `{who}` is the actor's name. Events that are not here are told by their type's own words. */
const EVENT_WORDS: Record<string, string> = {
  "assignment.claimed": "{who} took a turn",
  "assignment.expired": "{who} ran out of time",
  "assignment.extended": "{who} took more time",
  "assignment.reported": "{who} reported it",
  "assignment.returned": "{who} gave it back",
  "assignment.skipped": "{who} skipped it",
  "callback.failed": "Nobody took the callback",
  "gold.answered": "Scored against the gold",
  "review.created": "{who} reviewed it",
  "submission.created": "{who} submitted",
  "task.audited": "{who} judged the answer",
  "task.broken": "Set aside as broken",
  "task.callback_resent": "Called back once more by {who}",
  "task.cancelled": "Cancelled",
  "task.changed": "Changed by {who}",
  "task.completed": "Completed",
  "task.created": "Created by {who}",
  "task.made_gold": "Made a gold by {who}",
  "task.ready": "Ready for workers",
  "task.response_withdrawn": "The accepted answer was withdrawn",
  "task.round_started": "A new round began",
  "task.sent_to_review": "Sent to review",
};

function momentOfEvent(event: AssayEvent): Moment {
  const icon = EVENT_ICONS.find(([prefix]) => event.type.startsWith(prefix))?.[1] ?? "event";
  const plain = event.type.replace(/^task\./, "").replaceAll(/[._]/g, " ");
  const words = EVENT_WORDS[event.type] ?? plain[0]!.toUpperCase() + plain.slice(1);
  const reason = event.data["reason"] ?? event.data["comment"];
  return {
    at: event.at,
    icon,
    text: words.replace("{who}", event.actor.name ?? (event.actor.kind === "system" ? "Assay" : "somebody")),
    note: typeof reason === "string" ? reason.replaceAll("_", " ") : undefined,
  };
}

/** Turns that ended without an event of their own (an older server, or one the events were cut from). */
function turnsNotInEvents(task: TaskDetail): Moment[] {
  if (task.events.some((event) => /^(assignment|submission|review)\./.test(event.type))) return [];
  return task.assignments.flatMap((turn): Moment[] => {
    if (!turn.closed_at || !turn.worker) return [];
    const submission = task.submissions.find((each) => each.assignment_id === turn.id);
    const took = submission && `${duration(submission.duration_seconds)}${submission.gold_score === null ? "" : `, gold score ${percent(submission.gold_score)}`}`;
    return [
      {
        at: turn.closed_at,
        icon: turn.stage === "review" ? "review" : turn.state === "submitted" ? "check" : "clock",
        text: `${turn.worker.name} ${turn.stage === "review" && turn.state === "submitted" ? "reviewed" : TURN_WORDS[turn.state]}`,
        note: turn.reason ?? took,
      },
    ];
  });
}

function clock(time: string): string {
  return new Date(time).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
}
