import type { Permission, ProjectWithProgress } from "@assay/client";
import { Badge, buttonClass, Icon, Skeleton, TAB_CLASS } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { StateBadge } from "../projects/ProjectsPage";
import { projectQuery } from "../queries";
import { LoadError, useTitle } from "../shell/page";
import { useMay, useMe } from "../shell/session";

const route = getRouteApi("/console/projects/$projectId");

export function useProjectId(): string {
  return route.useParams().projectId;
}

const TABS = [
  { to: "/console/projects/$projectId", name: "Overview", needs: "project.read" },
  { to: "/console/projects/$projectId/tasks", name: "Tasks", needs: "task.read" },
  { to: "/console/projects/$projectId/batches", name: "Batches", needs: "task.read" },
  { to: "/console/projects/$projectId/add", name: "Add data", needs: "task.write" },
  { to: "/console/projects/$projectId/review", name: "Review", needs: "review.queue" },
  { to: "/console/projects/$projectId/workers", name: "Workers", needs: "worker.read" },
  { to: "/console/projects/$projectId/export", name: "Export", needs: "export.read" },
  { to: "/console/projects/$projectId/settings", name: "Settings", needs: "project.read" },
] as const satisfies readonly { to: string; name: string; needs: Permission }[];

export function ProjectLayout() {
  const projectId = useProjectId();
  const query = useQuery(projectQuery(projectId));
  const me = useMe();
  const mayWrite = useMay("project.write");
  const project = query.data;
  useTitle(project?.name);

  // On a phone the tabs scroll sideways; the current one is brought into view.
  const tabsRef = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname ?? state.location.pathname });
  useEffect(() => {
    tabsRef.current?.querySelector("[aria-current=page]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [path]);

  // What is on the screen stays there when it cannot be fetched afresh for a moment.
  if (query.isLoadingError) {
    return <LoadError what="project" error={query.error} onRetry={() => void query.refetch()} />;
  }

  return (
    <div className="flex flex-col min-h-full">
      <header className="bg-surface border-b border-border px-4 sm:px-6 pt-4">
        <div className="mx-auto max-w-300">
          <div className="flex items-center gap-3 flex-wrap min-h-8">
            {project ? (
              <h1 className="text-5 font-semibold truncate">{project.name}</h1>
            ) : (
              <Skeleton className="h-6 w-52" />
            )}
            {project && <StateBadge state={project.state} />}
            {project?.mode === "test" && <Badge>test</Badge>}
            <span className="grow" />
            {mayWrite && project?.kind !== "stored" && (
              <Link to="/console/projects/$projectId/edit" params={{ projectId }} className={buttonClass("secondary")}>
                <Icon name="edit" /> Edit<span className="hidden sm:inline"> project</span>
              </Link>
            )}
          </div>
          <nav ref={tabsRef} aria-label="Project" className="flex gap-4 mt-2 overflow-x-auto no-scrollbar -mx-4 px-4 sm:mx-0 sm:px-0">
            {TABS.filter((tab) => me.permissions.includes(tab.needs)).map((tab) => (
              <Link
                key={tab.to}
                to={tab.to}
                params={{ projectId }}
                activeOptions={{ exact: tab.name === "Overview", includeSearch: false }}
                className={TAB_CLASS}
              >
                {tab.name}
              </Link>
            ))}
          </nav>
        </div>
      </header>
      <div className="px-4 sm:px-6 py-5">
        <div className="mx-auto max-w-300 flex flex-col gap-5 min-w-0">
          {project?.kind === "stored" && <NoEditorYet />}
          {project ? <Outlet /> : <Skeleton className="h-64 w-full" />}
        </div>
      </div>
    </div>
  );
}

/** Said on every page of a project whose tasks are taken and kept, and offered to nobody. */
function NoEditorYet() {
  return (
    <p role="note" className="flex gap-2 items-start px-4 py-3 rounded-large border border-warn/40 bg-warn-soft text-3">
      <Icon name="clock" className="mt-0.5 shrink-0 text-warn" />
      <span>
        <strong className="font-semibold">The editor for this work is still to come.</strong> Tasks are taken, checked and kept as they were sent, and
        stay pending: nobody is asked to do them, and nothing is answered in their place.
      </span>
    </p>
  );
}

/** The project of the page, there because the layout waits for it. */
export function useProject(): ProjectWithProgress {
  const query = useQuery(projectQuery(useProjectId()));
  if (!query.data) throw new Error("The project's pages are drawn only once it is loaded");
  return query.data;
}
