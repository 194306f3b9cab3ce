import type { AssayEvent } from "@assay/client";
import { Badge, Button, EmptyState, ErrorState, Icon, IconButton, Panel, Select, SkeletonRows } from "@assay/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { eventsQuery, projectsQuery } from "../queries";
import { PageFrame, useTitle } from "../shell/page";

const route = getRouteApi("/console/organization/events");

/** Offered before one has been seen; those seen are added. */
const TYPES = [
  "assignment.claimed", "assignment.expired", "assignment.extended", "assignment.reported", "assignment.returned",
  "assignment.skipped", "gold.answered", "import.done", "import.failed", "import.started", "key.created", "key.revoked",
  "layout.created", "layout.retired", "member.changed", "member.invited", "member.signed_in", "message.sent",
  "notice.failed", "offer.listener_changed", "project.changed", "project.created", "project.exported",
  "queue_credentials.changed", "queue_credentials.deleted", "review.created", "signing_key.created",
  "signing_key.revoked", "submission.created", "task.broken", "task.cancelled", "task.changed", "task.completed",
  "task.made_gold", "task.ready", "task.round_started", "task.sent_to_review", "webhook.changed", "webhook.created",
  "webhook.disabled", "webhook.secret_rotated", "worker.reinstated", "worker.suspended",
];

export function EventsPage() {
  useTitle("Events");
  const { type = "", project } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(eventsQuery(type, project));
  const projects = useInfiniteQuery(projectsQuery).data?.pages.flatMap((page) => page.items) ?? [];
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const types = [...new Set([...TYPES, ...items.map((event) => event.type), ...(type ? [type] : [])])].toSorted();

  return (
    <PageFrame title="Events" description="Everything that happened, newest first. Nothing here can be changed.">
      <div className="flex flex-wrap gap-2">
        <Select
          aria-label="Kind of event"
          className="w-56"
          value={type}
          onChange={(event) => void navigate({ search: { ...(event.target.value ? { type: event.target.value } : {}), ...(project ? { project } : {}) }, replace: true })}
        >
          <option value="">All kinds</option>
          {types.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Select
          aria-label="Project"
          className="w-56"
          value={project ?? ""}
          onChange={(event) => void navigate({ search: { ...(type ? { type } : {}), ...(event.target.value ? { project: event.target.value } : {}) }, replace: true })}
        >
          <option value="">All projects</option>
          {projects.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
        <IconButton icon="retry" label="Refresh" variant="secondary" onClick={() => void query.refetch()} />
      </div>
      <Panel flush>
        {query.isPending ? (
          <SkeletonRows rows={10} />
        ) : query.isLoadingError ? (
          <ErrorState title="The events could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState icon="event" title={type || project ? "Nothing of this kind" : "Nothing has happened yet"} />
        ) : (
          <>
            <EventList events={items} projects={new Map(projects.map((each) => [each.id, each.name]))} />
            {query.hasNextPage && (
              <div className="p-3 text-center border-t border-border">
                <Button size="small" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  Show more
                </Button>
              </div>
            )}
          </>
        )}
      </Panel>
    </PageFrame>
  );
}

function EventList({ events, projects }: { events: readonly AssayEvent[]; projects: ReadonlyMap<string, string> }) {
  return (
    <ol className="divide-y divide-border">
      {events.map((event) => (
        <li key={event.id}>
          <details className="group">
            <summary className="flex flex-wrap items-center gap-x-3 px-4 py-2 min-h-10 text-3 hover:bg-hover">
              <Icon name="chevronRight" className="text-muted group-open:rotate-90 hidden sm:block" />
              <time dateTime={event.at} className="text-2 text-muted whitespace-nowrap max-sm:order-1 sm:w-36">
                {new Date(event.at).toLocaleString("en", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false })}
              </time>
              <span className="max-sm:order-4 font-mono text-2 max-sm:grow sm:w-52 break-all">{event.type}</span>
              <span className="max-sm:order-2 max-sm:text-right text-2 text-muted grow truncate min-w-0 basis-0">{event.project_id && projects.get(event.project_id)}</span>
              <span aria-hidden="true" className="sm:hidden order-3 w-full" />
              <span className="max-sm:order-5 text-2 text-muted">{event.actor.name ?? event.actor.kind}</span>
              {event.actor.kind === "key" && <Badge className="max-sm:order-6">key</Badge>}
            </summary>
            <div className="px-4 pb-3 text-2 flex flex-col gap-2">
              {event.project_id && event.task_id && (
                <Link
                  to="/console/projects/$projectId/tasks/$taskId"
                  params={{ projectId: event.project_id, taskId: event.task_id }}
                  search={{}}
                  className="text-accent"
                >
                  Open the task
                </Link>
              )}
              <pre className="font-mono bg-sunken rounded-medium p-3 overflow-x-auto whitespace-pre-wrap break-all">
                {JSON.stringify(event.data, null, 2)}
              </pre>
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}
