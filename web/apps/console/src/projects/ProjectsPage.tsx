import type { ProjectState, ProjectWithProgress } from "@assay/client";
import { ago, Badge, Button, buttonClass, count, counted, duration, EmptyState, ErrorState, Icon, PartsBar, percent, Segmented, Skeleton } from "@assay/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { projectsQuery } from "../queries";
import { PageFrame, useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { completable, progressParts, PROJECT_TONE } from "./states";

type Shown = "current" | "archived";

export function ProjectsPage() {
  useTitle("Projects");
  const mayWrite = useMay("project.write");
  const query = useInfiniteQuery(projectsQuery);
  const [shown, setShown] = useState<Shown>("current");

  const all = query.data?.pages.flatMap((page) => page.items) ?? [];
  const archived = all.filter((project) => project.state === "archived");
  const listed = shown === "archived" ? archived : all.filter((project) => project.state !== "archived");

  const newButton = mayWrite && (
    <Link to="/console/projects/new" className={buttonClass("primary")}>
      <Icon name="add" /> New project
    </Link>
  );

  return (
    <PageFrame
      title="Projects"
      actions={
        <>
          {archived.length > 0 && (
            <Segmented<Shown>
              label="Which projects"
              value={shown}
              onValue={setShown}
              options={[
                { value: "current", label: "Current" },
                { value: "archived", label: `Archived (${archived.length})` },
              ]}
            />
          )}
          {all.length > 0 && newButton}
        </>
      }
    >
      {query.isPending ? (
        <ul role="status" aria-label="Loading projects" className="grid gap-3">
          {[0, 1, 2].map((row) => (
            <li key={row} className="bg-surface border border-border rounded-large p-4 flex flex-col gap-3">
              <Skeleton className="h-4 w-48" />
              <Skeleton className="h-2 w-full" />
              <Skeleton className="h-3 w-64" />
            </li>
          ))}
        </ul>
      ) : query.isLoadingError ? (
        <ErrorState title="The projects could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : all.length === 0 ? (
        <div className="bg-surface border border-border rounded-large">
          <EmptyState icon="project" title="No projects yet" action={newButton}>
            A project says what to mark on which photos and how sure the answer must be. Make one, add photos, and hand
            people a link.
          </EmptyState>
        </div>
      ) : listed.length === 0 ? (
        <EmptyState icon="archive" title={shown === "archived" ? "Nothing archived" : "Every project is archived"}>
          {shown === "current" && "Archived projects keep their data and can be brought back at any time."}
        </EmptyState>
      ) : (
        <>
          <ul className="grid grid-cols-1 gap-3">
            {listed.map((project) => (
              <ProjectCard key={project.id} project={project} />
            ))}
          </ul>
          {query.hasNextPage && (
            <Button className="self-center" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Show more
            </Button>
          )}
        </>
      )}
    </PageFrame>
  );
}

function ProjectCard({ project }: { project: ProjectWithProgress }) {
  const { progress } = project;
  const whole = completable(progress);
  return (
    <li className="relative bg-surface border border-border rounded-large px-4 py-3.5 hover:border-border-strong transition-colors">
      <div className="flex items-center gap-2 min-w-0">
        <Link
          to="/console/projects/$projectId"
          params={{ projectId: project.id }}
          className="text-4 font-semibold truncate no-underline after:absolute after:inset-0 after:rounded-large"
        >
          {project.name}
        </Link>
        {project.state !== "active" && <StateBadge state={project.state} />}
        {project.mode === "test" && <Badge>test</Badge>}
        <span className="grow" />
        <span className="text-5 font-semibold">{whole > 0 ? percent(progress.completed / whole) : "–"}</span>
      </div>
      <PartsBar className="mt-2.5" label={`Tasks of ${project.name}`} parts={progressParts(progress)} />
      <p className="mt-2.5 flex flex-wrap gap-x-4 gap-y-1 text-2 text-muted">
        {progress.total === 0 ? (
          <span>No photos yet</span>
        ) : (
          <>
            <span>
              {count(progress.completed)} of {counted(whole, "task")} done
            </span>
            {progress.reviewing > 0 && <span>{count(progress.reviewing)} in review</span>}
            {progress.broken > 0 && <span className="text-danger">{count(progress.broken)} broken</span>}
            {progress.agreement_mean !== null && <span>agreement {percent(progress.agreement_mean)}</span>}
            {progress.eta_seconds !== null && progress.completed < whole && <span>about {duration(progress.eta_seconds)} left</span>}
          </>
        )}
        <span className="ml-auto">changed {ago(project.updated_at, Date.now())}</span>
      </p>
    </li>
  );
}

export function StateBadge({ state }: { state: ProjectState }) {
  return <Badge tone={PROJECT_TONE[state]}>{state}</Badge>;
}
