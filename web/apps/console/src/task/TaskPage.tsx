import { placedLabels, readTaxonomy, titleOf } from "@assay/annotation";
import type { TaskDetail } from "@assay/client";
import { ContentView } from "@assay/labeling";
import { count, EmptyState, Icon, IconButton, Kbd, Skeleton, TabPanel, Tabs } from "@assay/ui";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { projectQuery, taskQuery, tasksQuery } from "../queries";
import { LoadError, useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { taskName, TaskStateBadge } from "../tasks/task-cells";
import { Answers, ShownContent } from "./Answers";
import { AuditPanel } from "./AuditPanel";
import { Callbacks } from "./Callbacks";
import { History } from "./History";
import { MarkedText } from "./MarkedText";
import { brokenWords } from "./broken";
import { neighbours } from "./neighbours";
import { Details, Layers, Objects, Verdict } from "./panels";
import { sceneOf } from "./scene";
import { Transcript, TranscribedPages } from "./Transcript";
import { TaskActions } from "./TaskActions";
import { isTyping, Viewer } from "./Viewer";

const route = getRouteApi("/console/projects/$projectId/tasks/$taskId");

export function TaskPage() {
  const { projectId, taskId } = route.useParams();
  const query = useQuery(taskQuery(taskId));
  useTitle(query.data ? taskName(query.data) : undefined);

  if (query.isLoadingError) {
    return <LoadError what="task" error={query.error} onRetry={() => void query.refetch()} />;
  }
  return (
    <div className="flex flex-col lg:h-dvh min-h-0">
      <TopBar task={query.data} projectId={projectId} />
      {query.data ? <Body key={taskId} task={query.data} projectId={projectId} /> : <TaskSkeleton />}
    </div>
  );
}

function TaskSkeleton() {
  return (
    <div role="status" aria-label="Loading the task" className="grow grid lg:grid-cols-[minmax(0,1fr)_360px] min-h-0">
      <div className="bg-sunken min-h-80 p-6"><Skeleton className="size-full min-h-60" /></div>
      <div className="p-4 flex flex-col gap-3 border-l border-border bg-surface">
        {[0, 1, 2, 3, 4].map((row) => <Skeleton key={row} className="h-8 w-full" />)}
      </div>
    </div>
  );
}

function TopBar({ task, projectId }: { task: TaskDetail | undefined; projectId: string }) {
  const { taskId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const project = useQuery(projectQuery(projectId)).data;
  const mayWrite = useMay("task.write");

  const list = useInfiniteQuery(tasksQuery(projectId, search));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const pages = list.data?.pages;
  const ids = useMemo(() => pages?.flatMap((page) => page.items.map((item) => item.id)) ?? [], [pages]);
  const { previous, next, place } = neighbours(ids, taskId);

  // Opened from an address the list is not loaded that far; ten pages are looked through, then keys stay idle.
  const loadedPages = pages?.length ?? 0;
  useEffect(() => {
    const needed = place === null ? loadedPages < 10 : next === null;
    if (loadedPages > 0 && needed && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [place, next, loadedPages, hasNextPage, isFetchingNextPage, fetchNextPage]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const to = event.key === "j" ? next : event.key === "k" ? previous : null;
      if (to) void navigate({ params: { projectId, taskId: to }, search });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [next, previous, navigate, projectId, search]);

  return (
    <header className="flex items-center gap-2 px-3 sm:px-4 min-h-13 py-2 bg-surface border-b border-border">
      <Link
        to="/console/projects/$projectId/tasks"
        params={{ projectId }}
        search={search}
        className="inline-flex items-center gap-1 text-3 text-muted hover:text-text no-underline max-w-40 max-sm:p-2 max-sm:-m-2"
      >
        <Icon name="chevronLeft" /> <span className="truncate max-sm:sr-only">{project?.name ?? "Tasks"}</span>
      </Link>
      <span className="text-border-strong max-sm:hidden" aria-hidden="true">/</span>
      <h1 className="text-4 font-semibold truncate min-w-0 max-w-[50vw]">{task ? taskName(task) : <Skeleton className="h-4 w-40" />}</h1>
      {task && <TaskStateBadge task={task} />}
      <span className="grow" />
      {place !== null && (
        <span className="text-2 text-muted hidden sm:inline">
          {count(place + 1)} of {count(ids.length)}{hasNextPage && "+"}
        </span>
      )}
      <span className="flex gap-1">
        <IconButton icon="arrowUp" label="Previous task (k)" variant="secondary" disabled={!previous} onClick={() => previous && void navigate({ params: { projectId, taskId: previous }, search })} />
        <IconButton icon="arrowDown" label="Next task (j)" variant="secondary" disabled={!next} onClick={() => next && void navigate({ params: { projectId, taskId: next }, search })} />
      </span>
      {task && mayWrite && <TaskActions task={task} projectId={projectId} />}
    </header>
  );
}

type Side = "objects" | "reference" | "history" | "details";

function Body({ task, projectId }: { task: TaskDetail; projectId: string }) {
  const project = useQuery(projectQuery(projectId)).data;
  const scene = useMemo(() => sceneOf(task), [task]);
  const isForm = project?.kind === "form";
  // What workers are shown beside a photo.
  const reference = (task.media && task.content) || [];
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set(scene.layers.filter((layer) => !layer.shown).map((layer) => layer.key)));
  const [hovered, setHovered] = useState<string | null>(null);
  const [picked, setPicked] = useState<string | null>(null);
  const [side, setSide] = useState<Side>("objects");

  const titles = useMemo(
    () => new Map(project ? placedLabels(readTaxonomy(project.taxonomy)).map((placed) => [placed.label.name, titleOf(placed.label)]) : []),
    [project],
  );
  const titleOfLabel = useMemo(() => (label: string) => titles.get(label) ?? label, [titles]);
  const visible = useMemo(() => scene.layers.filter((layer) => !hidden.has(layer.key)), [scene, hidden]);
  const highlighted = hovered ?? picked;

  // Signed addresses expire; a task fetched again brings a fresh one.
  const queryClient = useQueryClient();
  const refresh = useCallback(() => void queryClient.invalidateQueries({ queryKey: ["task", task.id] }), [queryClient, task.id]);

  const pick = (key: string | null) => {
    setPicked((now) => (now === key ? null : key));
    if (key) setSide("objects");
  };
  const show = (keys: readonly string[], shown: boolean) =>
    setHidden((now) => {
      const next = new Set(now);
      for (const key of keys) {
        if (shown) next.delete(key);
        else next.add(key);
      }
      return next;
    });

  return (
    <div className="grow grid lg:grid-cols-[minmax(0,1fr)_360px] min-h-0">
      <div className="h-[55dvh] lg:h-auto min-h-0">
        {task.media ? (
          isForm ? <ShownContent items={[{ type: "image", media: task.media, title: null }]} /> : <Viewer media={task.media} layers={visible} objects={scene.objects} highlighted={highlighted} onHover={setHovered} onPick={pick} onStale={refresh} titleOf={titleOfLabel} />
        ) : task.content && project?.kind === "document" ? (
          <TranscribedPages content={task.content} taxonomy={task.taxonomy ?? project.taxonomy} layers={visible} objects={scene.objects} picked={picked} onPick={pick} />
        ) : task.content && project?.kind === "entities" ? (
          <MarkedText content={task.content} taxonomy={task.taxonomy ?? project.taxonomy} layers={visible} highlighted={highlighted} />
        ) : task.content ? (
          <ShownContent items={task.content} />
        ) : project?.kind === "stored" ? (
          <EmptyState icon="clock" title="The editor for this work is still to come">
            The task is kept as it was sent. Nobody is asked to do it until its editor is there.
          </EmptyState>
        ) : (
          <EmptyState icon="image" title={task.state === "preparing" ? "The photo is being prepared" : "This task has no photo"}>
            {task.media_problem}
          </EmptyState>
        )}
      </div>
      <aside aria-label="About this task" className="border-t lg:border-t-0 lg:border-l border-border bg-surface lg:overflow-y-auto min-h-0 flex flex-col">
        {task.broken_reason && (
          <p className="flex gap-2 items-start px-4 py-3 bg-danger-soft text-danger text-3">
            <Icon name="alert" className="mt-0.5 shrink-0" /> {brokenWords(task.broken_reason)}
          </p>
        )}
        <Verdict task={task} />
        <AuditPanel key={`${task.id} ${task.round} ${task.audits.length}`} task={task} projectId={projectId} />
        {!isForm && <Layers task={task} layers={scene.layers} hidden={hidden} onShow={show} />}
        <Tabs<Side>
          label="About this task"
          value={side}
          onValue={setSide}
          className="border-t border-border pt-1"
          tabs={[
            { value: "objects", label: isForm ? "Answers" : `Objects (${scene.objects.length})` },
            ...(reference.length > 0 ? [{ value: "reference" as const, label: `Reference (${reference.length})` }] : []),
            { value: "history", label: "History" },
            { value: "details", label: "Details" },
          ]}
        >
          <TabPanel value="objects">
            {project?.kind === "document" ? (
              <Transcript task={task} scene={scene} picked={picked} titleOf={titleOfLabel} onPick={pick} />
            ) : isForm ? <Answers task={task} taxonomy={task.taxonomy ?? project.taxonomy} /> : <Objects objects={scene.objects} highlighted={highlighted} picked={picked} titleOf={titleOfLabel} onHover={setHovered} onPick={pick} layers={scene.layers} />}
          </TabPanel>
          <TabPanel value="reference">
            <ContentView items={reference} column />
          </TabPanel>
          <TabPanel value="history">
            <Callbacks taskId={task.id} />
            <History task={task} />
          </TabPanel>
          <TabPanel value="details">
            <Details task={task} projectId={projectId} />
          </TabPanel>
        </Tabs>
        <p className="mt-auto px-4 py-3 text-1 text-muted hidden lg:flex gap-3 flex-wrap border-t border-border">
          <span><Kbd>j</Kbd> <Kbd>k</Kbd> next, previous</span>
          {task.media && !isForm && <span><Kbd>+</Kbd> <Kbd>-</Kbd> <Kbd>0</Kbd> zoom, fit</span>}
        </p>
      </aside>
    </div>
  );
}
