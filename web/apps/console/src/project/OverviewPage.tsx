import type { Progress } from "@assay/client";
import { Badge, buttonClass, count, counted, cx, duration, ErrorState, Icon, Panel, PART_FILL, PartsBar, percent, Skeleton, type IconName } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { completable, progressParts } from "../projects/states";
import { completionsQuery } from "../queries";
import { useMe } from "../shell/session";
import { useLiveProgress, type Liveness } from "./live-progress";
import { useProject } from "./ProjectLayout";
import { throughput } from "./throughput";

export function OverviewPage() {
  const project = useProject();
  const { query, liveness } = useLiveProgress(project.id);
  const progress = query.data ?? project.progress;

  if (query.isLoadingError) {
    return <ErrorState title="The progress could not be loaded" error={query.error} onRetry={() => void query.refetch()} />;
  }

  const whole = completable(progress);
  return (
    <>
      <Panel
        title="Progress"
        actions={<LiveBadge liveness={liveness} />}
      >
        <div className="flex items-baseline gap-3 flex-wrap">
          <span className="text-7 font-semibold leading-8">{whole > 0 ? percent(progress.completed / whole) : "–"}</span>
          <span className="text-3 text-muted">
            {progress.total === 0
              ? "No photos yet"
              : `${count(progress.completed)} of ${counted(whole, "task")} done`}
            {progress.eta_seconds !== null && progress.completed < whole && `, about ${duration(progress.eta_seconds)} left at this speed`}
          </span>
        </div>
        <PartsBar className="mt-3 h-2.5" label="Tasks by state" parts={progressParts(progress)} />
        <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1.5 text-2">
          {progressParts(progress).map((part) => (
            <li key={part.name}>
              <Link
                to="/console/projects/$projectId/tasks"
                params={{ projectId: project.id }}
                search={{ state: part.name }}
                className="inline-flex items-center gap-1.5 text-muted hover:text-text no-underline"
              >
                <span className={cx("size-2 rounded-small", part.value > 0 ? PART_FILL[part.tone] : "bg-border")} />
                {part.name}
                <span className="text-text font-medium">{count(part.value)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </Panel>

      <div className="grid gap-3 grid-cols-2 lg:grid-cols-4">
        <Figure name="Agreement" value={percent(progress.agreement_mean)} note="between workers on the same photo" />
        <Figure name="Confidence" value={percent(progress.confidence_mean)} note="in the accepted answers" />
        <Figure name="At work now" value={count(progress.active_assignments)} note={`${counted(progress.open_assignments, "turn")} waiting`} />
        <Figure name="Marks made" value={count(progress.annotations)} note={`in ${counted(progress.submissions, "submission")}`} />
      </div>

      <div className="grid gap-5 lg:grid-cols-[3fr_2fr] items-start">
        <ThroughputPanel projectId={project.id} completed={progress.completed} lastHour={progress.completed_last_hour} />
        <NextActions progress={progress} />
      </div>
    </>
  );
}

function LiveBadge({ liveness }: { liveness: Liveness }) {
  if (liveness === "live") return <Badge tone="ok"><span className="size-1.5 rounded-full bg-ok" /> live</Badge>;
  return <Badge>{liveness === "connecting" ? "connecting…" : "reconnecting, updated every 10 s"}</Badge>;
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div className="bg-surface border border-border rounded-large px-4 py-3">
      <h2 className="text-2 text-muted font-medium">{name}</h2>
      <p className="text-6 font-semibold leading-8">{value}</p>
      <p className="text-2 text-muted">{note}</p>
    </div>
  );
}

function ThroughputPanel({ projectId, completed, lastHour }: { projectId: string; completed: number; lastHour: number }) {
  const mayRead = useMe().permissions.includes("event.read");
  const query = useQuery({ ...completionsQuery(projectId), enabled: mayRead });
  const { refetch } = query;
  const [now, setNow] = useState(Date.now);

  // A completion seen in the live progress shows in the bars at once, not at the next poll.
  useEffect(() => {
    if (!mayRead) return;
    const soon = setTimeout(() => void refetch(), 500);
    return () => clearTimeout(soon);
  }, [completed, mayRead, refetch]);
  useEffect(() => {
    const every = setInterval(() => setNow(Date.now()), 15_000);
    return () => clearInterval(every);
  }, []);

  const rate = query.data && throughput(query.data.items.map((event) => event.at), Math.max(now, query.dataUpdatedAt), query.data.next_cursor === null);
  const highest = Math.max(1, ...(rate?.buckets ?? []));
  const minutes = rate ? (rate.buckets.length * rate.bucketSeconds) / 60 : 60;

  return (
    <Panel title="Throughput" actions={<span className="text-2 text-muted">{counted(lastHour, "task")} in the last hour</span>}>
      {!mayRead ? (
        <p className="text-3 text-muted">Your role does not see single events, so the bars are left out.</p>
      ) : query.isPending ? (
        <Skeleton className="h-28 w-full" />
      ) : query.isLoadingError ? (
        <p className="text-3 text-muted">The last completions could not be read: {query.error.message}</p>
      ) : rate?.total === 0 ? (
        <p className="text-3 text-muted h-28 grid place-items-center text-center">Nothing was completed in the last hour.</p>
      ) : (
        <figure>
          <div
            role="img"
            aria-label={`Completed per five minutes, oldest first: ${rate?.buckets.join(", ")}`}
            className="flex items-end gap-1 h-28 border-b border-border"
          >
            {rate?.buckets.map((value, index) => (
              <div key={index} className="grow h-full flex flex-col justify-end items-center gap-1" title={`${value} in five minutes`}>
                {value > 0 && <span className="text-1 text-muted leading-3">{value}</span>}
                <div className={cx("w-full rounded-small", value > 0 ? "bg-accent" : "bg-border")} style={{ height: value > 0 ? `${Math.max(4, (value / highest) * 80)}%` : "1px" }} />
              </div>
            ))}
          </div>
          <figcaption className="flex justify-between text-1 text-muted mt-1.5">
            <span>{minutes} min ago</span>
            <span>now</span>
          </figcaption>
        </figure>
      )}
    </Panel>
  );
}

/** What a manager would do next, the most pressing first. */
function NextActions({ progress }: { progress: Progress }) {
  const project = useProject();
  const me = useMe();
  const may = (permission: string) => me.permissions.includes(permission);
  const params = { projectId: project.id };
  const whole = completable(progress);

  const actions: { icon: IconName; text: ReactNode; link: ReactNode }[] = [];
  const add = (icon: IconName, text: ReactNode, link: ReactNode) => actions.push({ icon, text, link });
  const small = buttonClass("secondary", "small");

  if (project.state === "paused") {
    add("pause", "The project is paused: nobody gets new work.", <Link to="/console/projects/$projectId/settings" params={params} className={small}>Settings</Link>);
  }
  if (progress.total === 0 && may("task.write")) {
    add("image", "Add the first photos.", <Link to="/console/projects/$projectId/add" params={params} className={buttonClass("primary", "small")}>Add data</Link>);
  }
  if (progress.broken > 0) {
    add("alert", `${counted(progress.broken, "task")} could not be answered: ${progress.broken === 1 ? "it waits" : "they wait"} for your decision.`, <Link to="/console/projects/$projectId/tasks" params={params} search={{ state: "broken" }} className={small}>Look</Link>);
  }
  if (progress.reviewing > 0 && may("review.queue")) {
    add("review", `${counted(progress.reviewing, "task waits", "tasks wait")} for a reviewer.`, <Link to="/console/projects/$projectId/review" params={params} className={small}>Review</Link>);
  }
  if (progress.open_assignments > 0 && progress.active_assignments === 0 && project.state === "active") {
    add("people", "Work is waiting and nobody is at it. Invite people, or send them their sign-in link.", may("member.write") ? <Link to="/console/organization/members" className={small}>Members</Link> : null);
  }
  if (project.policy.gold.rate > 0 && progress.golds === 0 && progress.total > 0) {
    add("star", "The policy asks for golds, but no task has a known answer yet.", may("task.write") ? <Link to="/console/projects/$projectId/add" params={params} className={small}>Add golds</Link> : null);
  }
  if (whole > 0 && progress.completed === whole && may("export.read")) {
    add("download", "Everything is done. Take the answers.", <Link to="/console/projects/$projectId/export" params={params} className={buttonClass("primary", "small")}>Export</Link>);
  }

  return (
    <Panel title="Next">
      {actions.length === 0 ? (
        <p className="text-3 text-muted flex items-center gap-2">
          <Icon name="check" className="text-ok" /> Nothing needs you now.
        </p>
      ) : (
        <ul className="flex flex-col gap-3">
          {actions.map((action, index) => (
            <li key={index} className="flex items-center gap-3 text-3">
              <Icon name={action.icon} className="text-muted shrink-0" />
              <span className="grow min-w-0">{action.text}</span>
              {action.link}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
