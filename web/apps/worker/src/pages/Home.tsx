/** Where a worker's day begins: what there is to do, and what was done. */

import type { Me } from "@assay/client";
import { Badge, EmptyState, ErrorState, Icon, IconButton, Skeleton, ThemeToggle, buttonClass, count, counted, cx, duration, percent, toast } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { Suspense, lazy } from "react";
import { type Stats, type Turn, type WorkProject, work } from "../api";
import { onLink, turnsPath } from "../route";
import type { Outbox } from "../work/outbox";
import { Notices } from "./Notices";
import { useTitle } from "./useTitle";

// Those who work on no market never wait for it.
const MarketEntry = lazy(async () => ({ default: (await import("../market/MarketEntry")).MarketEntry }));

const REFRESH_MS = 15_000;
/** Every return from a photo has changed all of it. */
const ALWAYS_FRESH = { staleTime: 0 };

export function Home({ outbox, onSignedOut }: { outbox: Outbox; onSignedOut: () => void }) {
  const me = useQuery({ queryKey: ["me"], queryFn: ({ signal }) => work.me(signal), staleTime: Infinity });
  const projects = useQuery({ queryKey: ["projects"], queryFn: ({ signal }) => work.projects(signal), ...ALWAYS_FRESH, refetchInterval: REFRESH_MS });
  const stats = useQuery({ queryKey: ["stats"], queryFn: ({ signal }) => work.stats(signal), ...ALWAYS_FRESH, refetchInterval: REFRESH_MS });
  const turns = useQuery({ queryKey: ["turns"], queryFn: ({ signal }) => work.turns(signal), ...ALWAYS_FRESH });
  useTitle("Your work");
  // An answer on its way is done with, whatever the server has heard of it so far.
  const held = (turns.data ?? []).filter((turn) => !outbox.has(turn.assignment_id));
  return (
    <div className="min-h-dvh">
      <Notices outbox={outbox} />
      <HomeHeader me={me.data} outbox={outbox} onSignedOut={onSignedOut} />
      <main className="mx-auto max-w-3xl px-4 py-8 max-md:py-5 flex flex-col gap-8 max-md:gap-6">
        <div>
          <h1 className="text-6 font-semibold">{me.data ? `${greeting(new Date().getHours())}, ${firstName(me.data.name)}` : "Your work"}</h1>
          <StatsLine stats={stats.data} hasWork={projects.data?.some((project) => !project.suspended && project.annotate_open + project.review_open > 0) ?? false} />
        </div>
        {me.data?.permissions.includes("market.work") && (
          <Suspense fallback={null}>
            <MarketEntry />
          </Suspense>
        )}
        <section aria-label="Projects" aria-busy={projects.isPending}>
          {projects.isPending ? (
            <div className="flex flex-col gap-3">
              {[0, 1, 2].map((row) => <Skeleton key={row} className="h-20 w-full rounded-large!" />)}
            </div>
          ) : projects.isLoadingError ? (
            <ErrorState error={projects.error} onRetry={() => void projects.refetch()} />
          ) : (
            <ProjectList projects={projects.data} held={held} />
          )}
        </section>
      </main>
    </div>
  );
}

function HomeHeader({ me, outbox, onSignedOut }: { me: Me | undefined; outbox: Outbox; onSignedOut: () => void }) {
  const signOut = (): void => {
    // Answers still on their way would wait for the next sign-in on this device; better to say so first.
    if (outbox.state.waiting.length > 0) toast("Some answers are still being sent. Try again in a moment.", "neutral");
    else work.signOut().then(onSignedOut, () => toast("Signing out did not work. Try again in a moment.", "danger"));
  };
  const seesConsole = me?.permissions.includes("project.read") && me.role !== "annotator";
  return (
    <header className="h-12 flex items-center gap-2 px-4 border-b border-border bg-surface">
      <span className="font-semibold text-4 tracking-tight">Assay</span>
      {me && <span className="text-3 text-muted truncate">{me.organization.name}</span>}
      <span className="grow" />
      {seesConsole && (
        <a href="/console" className={buttonClass("ghost", "small")}>
          Console
        </a>
      )}
      <ThemeToggle />
      <IconButton icon="signOut" label="Sign out" onClick={signOut} />
    </header>
  );
}

function StatsLine({ stats, hasWork }: { stats: Stats | undefined; hasWork: boolean }) {
  if (stats === undefined) return <Skeleton className="h-5 w-72 mt-2" />;
  if (stats.submitted_total === 0) return <p className="text-4 text-muted mt-1">{hasWork ? "Your first task is waiting." : "You have not answered anything yet."}</p>;
  return (
    <p className="text-4 text-muted mt-1">
      <strong className="text-text font-semibold">{count(stats.submitted_today)}</strong> done today · {count(stats.submitted_total)} in all
      {stats.seconds_median !== null && ` · ${duration(stats.seconds_median)} each, typically`}
    </p>
  );
}

function ProjectList({ projects, held }: { projects: readonly WorkProject[]; held: readonly Turn[] }) {
  // Review queues come back for those who review; others never see a project without open work of theirs.
  const shown = projects.filter((project) => project.suspended || project.training || project.annotate_open + project.review_open + project.done_today > 0 || held.some((turn) => turn.project_id === project.id));
  if (shown.length === 0) {
    return (
      <EmptyState icon="check" title="No work right now">
        New tasks appear here by themselves as soon as somebody adds some.
      </EmptyState>
    );
  }
  return (
    <ul className="flex flex-col gap-3">
      {shown.map((project) => (
        <ProjectCard key={project.id} project={project} held={held.filter((turn) => turn.project_id === project.id)} />
      ))}
    </ul>
  );
}

/** The server stops counting there. */
const COUNTED_MAX = 1000;
const upTo = (value: number): string => (value >= COUNTED_MAX ? `${count(COUNTED_MAX)}+` : count(value));

function ProjectCard({ project, held }: { project: WorkProject; held: readonly Turn[] }) {
  const heldFor = (stage: "annotate" | "review"): Turn | undefined => held.find((turn) => turn.stage === stage);
  const { training } = project;
  const mayPractise = training?.state === "practising";
  const isDone = !training && project.annotate_open === 0 && project.review_open === 0 && held.length === 0;
  const mayLabel = training ? mayPractise : project.annotate_open > 0;
  return (
    <li className="bg-surface border border-border rounded-large p-4 flex items-center gap-4 max-md:flex-col max-md:items-stretch">
      <div className="grow min-w-0">
        <h2 className="text-4 font-semibold max-md:line-clamp-2 max-md:break-words md:truncate">{project.name}</h2>
        <p className="text-3 text-muted flex flex-wrap gap-x-3">
          {!project.suspended && mayPractise && (
            <span>
              <strong className="font-medium text-text">Practice first:</strong> {training.done} of {training.wanted} done, {percent(training.score_min)} passes
            </span>
          )}
          {!project.suspended && !training && project.annotate_open > 0 && <span>{upTo(project.annotate_open)} to label</span>}
          {!project.suspended && !training && project.annotate_open + project.review_open === 0 && <span>Nothing to label now</span>}
          {!project.suspended && project.review_open > 0 && <span>{upTo(project.review_open)} to review</span>}
          {project.done_today > 0 && <span>{counted(project.done_today, "task")} done today</span>}
        </p>
        {training?.state === "failed" && !project.suspended && (
          <p className="text-3 text-warn mt-2 flex gap-2 items-start">
            <Icon name="pause" className="mt-0.5" />
            <span>You did not pass the practice of this project. A manager can let you try again.</span>
          </p>
        )}
        {project.suspended && (
          <p className="text-3 text-warn mt-2 flex gap-2 items-start">
            <Icon name="pause" className="mt-0.5" />
            <span>You are suspended in this project. {project.suspended_reason ?? "A manager can let you go on."}</span>
          </p>
        )}
      </div>
      {!project.suspended && (
        <div className="flex gap-2 shrink-0 max-md:[&>*]:grow">
          {(project.review_open > 0 || heldFor("review")) && (
            <WorkLink project={project} stage="review" held={heldFor("review")} primary={!mayLabel && !heldFor("annotate")} />
          )}
          {(mayLabel || heldFor("annotate")) && <WorkLink project={project} stage="annotate" held={heldFor("annotate")} primary />}
          {isDone && <Badge tone="ok" icon="check">All done for now</Badge>}
        </div>
      )}
    </li>
  );
}

function WorkLink({ project, stage, held, primary }: { project: WorkProject; stage: "annotate" | "review"; held: Turn | undefined; primary: boolean }) {
  const words = held ? (held.sent_back ? "Go on (sent back)" : "Go on") : stage === "review" ? "Review" : project.training ? "Practise" : "Start";
  return (
    <a
      href={turnsPath(project.id, stage)}
      onClick={onLink}
      aria-label={`${words}: ${project.name}${stage === "review" ? ", review" : ""}`}
      className={cx(buttonClass(primary ? "primary" : "secondary"), "max-md:h-11 max-md:text-4")}
    >
      {stage === "review" && <Icon name="review" />}
      {words}
    </a>
  );
}

const firstName = (name: string): string => name.trim().split(/\s+/)[0] ?? name;

function greeting(hour: number): string {
  if (hour < 5) return "Hello";
  if (hour < 12) return "Good morning";
  return hour < 18 ? "Good afternoon" : "Good evening";
}
