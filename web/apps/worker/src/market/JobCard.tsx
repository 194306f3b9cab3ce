/** One offer: what it pays, what it asks, and what stands between you and it. */

import { Badge, Button, Icon, counted, duration, percent } from "@assay/ui";
import { onLink } from "../route";
import type { Job, WhyNot } from "./api";
import { marketPath } from "./places";
import { thumb } from "./Shell";
import { ahead, money } from "./words";

interface JobCardProps {
  readonly job: Job;
  readonly busy: boolean;
  readonly onAccept: () => void;
  readonly onPreview: () => void;
}

export function JobCard({ job, busy, onAccept, onPreview }: JobCardProps) {
  return (
    <li className="bg-surface border border-border rounded-large p-4 flex gap-5 max-md:flex-col max-md:gap-3">
      <div className="grow min-w-0 flex flex-col gap-1.5">
        <h2 className="text-4 font-semibold break-words">{job.title}</h2>
        <p className="text-3 text-muted line-clamp-2 break-words">{job.description}</p>
        <p className="text-2 text-muted flex flex-wrap gap-x-3 gap-y-1 items-center">
          {job.requester && <span className="font-medium text-text">{job.requester.name}</span>}
          <span>{job.places >= 100 ? "100+ to do" : `${job.places} to do`}</span>
          <span>{duration(job.duration_seconds)} given</span>
          <span>approved by itself after {duration(job.auto_approval_seconds)}</span>
          {job.first_expiry && <span>ends {ahead(job.first_expiry, Date.now())}</span>}
        </p>
        <More job={job} />
        {job.why_not.length > 0 && <Missing reasons={job.why_not} />}
      </div>
      <div className="shrink-0 md:w-44 flex md:flex-col gap-3 md:items-end max-md:items-center max-md:flex-wrap">
        <p className="md:text-right grow">
          <span className="text-6 font-semibold tabular-nums">{money(job.reward_minor, job.currency)}</span>
          <span className="block text-3 tabular-nums">
            {job.hourly_minor === null ? (
              <span className="text-muted">no times known yet</span>
            ) : (
              <>
                <strong className="font-semibold">{money(job.hourly_minor, job.currency)}</strong> an hour
              </>
            )}
          </span>
          {job.seconds_median !== null && <span className="block text-2 text-muted">{duration(job.seconds_median)} each, typically</span>}
        </p>
        <div className="flex gap-2 max-md:w-full max-md:[&>*]:grow">
          {job.may_preview && (
            <Button onClick={onPreview} aria-label={`Preview: ${job.title}`} className={thumb()}>
              Preview
            </Button>
          )}
          {job.eligible ? (
            <Button variant="primary" busy={busy} onClick={onAccept} aria-label={`Accept: ${job.title}`} className={thumb()}>
              Accept
            </Button>
          ) : (
            <Badge tone="warn" className="self-center">
              Not open to you
            </Badge>
          )}
        </div>
      </div>
    </li>
  );
}

function More({ job }: { job: Job }) {
  const { requester } = job;
  return (
    <details className="text-3 group">
      <summary className="cursor-pointer text-2 text-accent w-fit rounded-small">More about it</summary>
      <div className="mt-2 flex flex-col gap-1.5">
        <p className="break-words whitespace-pre-line">{job.description}</p>
        {job.keywords && <p className="text-muted break-words">Keywords: {job.keywords}</p>}
        <p className="text-muted">
          {counted(job.own_turns, "turn")} of yours so far{job.per_worker_cap !== null && `, of at most ${job.per_worker_cap}`}. It brings you about{" "}
          {money(job.expected_hourly_minor, job.currency)} an hour, counting that {percent(job.approval)} of such answers are approved.
        </p>
        {requester && (
          <p className="text-muted">
            {requester.name} approved {counted(requester.approved, "answer")} and rejected {requester.rejected}
            {requester.rejection_rate !== null && ` (${percent(requester.rejection_rate)})`}
            {requester.hourly_minor !== null && requester.currency && `; paid ${money(requester.hourly_minor, requester.currency)} an hour`}
            {requester.seconds_to_pay !== null && `; pays after ${duration(requester.seconds_to_pay)}`}.
          </p>
        )}
      </div>
    </details>
  );
}

function Missing({ reasons }: { reasons: readonly WhyNot[] }) {
  return (
    <ul aria-label="Why you cannot take it" className="flex flex-col gap-1 text-3">
      {reasons.map((one) => (
        <li key={`${one.reason} ${one.remedy}`} className="flex gap-2 items-start">
          <Icon name="key" size={14} className="mt-0.5 text-warn" />
          <span className="min-w-0">
            {one.reason} <span className="text-muted">{one.remedy}</span> <Way one={one} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Where one becomes eligible, where that is a page of ours. */
function Way({ one }: { one: WhyNot }) {
  const link = (href: string, words: string) => (
    <a href={href} onClick={onLink} className="text-accent underline whitespace-nowrap">
      {words}
    </a>
  );
  if (one.way === "profile") return link(marketPath("profile"), "Open your profile");
  if (one.type_id && (one.way === "request" || one.way === "test")) return link(`${marketPath("qualifications")}?type=${one.type_id}`, one.way === "test" ? "Take the test" : "Ask for it");
  return null;
}
