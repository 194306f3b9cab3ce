import { api, type Answer, type TaskDetail } from "@assay/client";
import { ago, Badge, Button, ConfirmDialog, count, cx, Dialog, duration, EmptyState, ErrorState, Icon, IconButton, Kbd, Menu, MenuItem, MenuSeparator, percent, Progress, Skeleton, TabPanel, Tabs, toast } from "@assay/ui";
import { placedLabels, readTaxonomy, titleOf } from "@assay/annotation";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { projectQuery, taskQuery, tasksQuery } from "../queries";
import { useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { taskName, TaskStateBadge } from "../tasks/task-cells";
import { History } from "./History";
import { neighbours } from "./neighbours";
import { disagreement, type Layer, sceneOf, type SceneObject } from "./scene";
import { isTyping, Viewer } from "./Viewer";

const route = getRouteApi("/console/projects/$projectId/tasks/$taskId");

export function TaskPage() {
  const { projectId, taskId } = route.useParams();
  const query = useQuery(taskQuery(taskId));
  useTitle(query.data ? taskName(query.data) : undefined);

  if (query.isError) {
    return <ErrorState title="This task could not be opened" error={query.error} onRetry={() => void query.refetch()} />;
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
    <header className="flex items-center gap-2 px-3 sm:px-4 min-h-13 py-2 bg-surface border-b border-border flex-wrap">
      <Link
        to="/console/projects/$projectId/tasks"
        params={{ projectId }}
        search={search}
        className="inline-flex items-center gap-1 text-3 text-muted hover:text-text no-underline max-w-40"
      >
        <Icon name="chevronLeft" /> <span className="truncate">{project?.name ?? "Tasks"}</span>
      </Link>
      <span className="text-border-strong" aria-hidden="true">/</span>
      <h1 className="text-4 font-semibold truncate min-w-0 max-w-[50vw]">{task ? taskName(task) : <Skeleton className="h-4 w-40" />}</h1>
      {task && <TaskStateBadge state={task.state} />}
      {task?.is_gold && <Badge tone="warn" icon="star">gold</Badge>}
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
      {task && mayWrite && <Actions task={task} projectId={projectId} />}
    </header>
  );
}

function Actions({ task, projectId }: { task: TaskDetail; projectId: string }) {
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<"cancel" | "gold" | "ungold" | null>(null);
  const done = async (text: string) => {
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: ["task", task.id] }),
      queryClient.invalidateQueries({ queryKey: ["tasks", projectId] }),
      queryClient.invalidateQueries({ queryKey: ["progress", projectId] }),
    ]);
    setAsking(null);
    toast(text);
  };
  const change = useMutation({
    mutationFn: async ({ call }: { call: () => Promise<unknown>; text: string }) => call(),
    onSuccess: (_, { text }) => done(text),
    onError: (error) => toast(error.message, "danger"),
  });
  const finished = task.state === "completed" || task.state === "cancelled";

  return (
    <>
      {task.state === "broken" && (
        <Button icon="retry" busy={change.isPending} onClick={() => change.mutate({ call: () => api.tasks.reopen(task.id), text: "The task is open again" })}>
          Reopen
        </Button>
      )}
      <Menu trigger={<IconButton icon="more" label="More" variant="secondary" />}>
        {task.is_gold ? (
          <MenuItem icon="star" onSelect={() => setAsking("ungold")}>No longer a gold</MenuItem>
        ) : (
          <MenuItem icon="star" disabled={answersOf(task).length === 0} onSelect={() => setAsking("gold")}>Make it a gold…</MenuItem>
        )}
        <MenuSeparator />
        <MenuItem icon="close" danger disabled={finished} onSelect={() => setAsking("cancel")}>Cancel task</MenuItem>
      </Menu>
      {asking === "cancel" && (
        <ConfirmDialog
          title="Cancel this task?"
          description="Nobody gets it any more and it has no answer. What was submitted stays on record."
          confirmLabel="Cancel task"
          cancelLabel="Keep it"
          variant="danger"
          busy={change.isPending}
          onConfirm={() => change.mutate({ call: () => api.tasks.cancel(task.id), text: "The task is cancelled" })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "ungold" && (
        <ConfirmDialog
          title="No longer a gold?"
          description="Workers are no longer checked against it. What it has said about them so far stays."
          confirmLabel="Remove gold"
          busy={change.isPending}
          onConfirm={() => change.mutate({ call: () => api.tasks.removeGold(task.id), text: "No longer a gold" })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "gold" && (
        <GoldDialog
          task={task}
          busy={change.isPending}
          onClose={() => setAsking(null)}
          onChoose={(answer) => change.mutate({ call: () => api.tasks.makeGold(task.id, answer), text: "The task is a gold" })}
        />
      )}
    </>
  );
}

function answersOf(task: TaskDetail): { key: string; name: string; answer: Answer }[] {
  const answers: { key: string; name: string; answer: Answer }[] = [];
  if (task.response) answers.push({ key: "response", name: "The accepted answer", answer: task.response.answer });
  else if (task.consensus) answers.push({ key: "consensus", name: "The merged answer", answer: task.consensus.answer });
  for (const submission of task.submissions) answers.push({ key: submission.id, name: `${submission.worker.name}'s answer`, answer: submission.answer });
  if (task.prelabels) answers.push({ key: "prelabels", name: "The pre-labels", answer: task.prelabels });
  return answers;
}

function GoldDialog({ task, busy, onClose, onChoose }: { task: TaskDetail; busy: boolean; onClose: () => void; onChoose: (answer: Answer) => void }) {
  const answers = answersOf(task);
  const [chosen, setChosen] = useState(answers[0]?.key);
  return (
    <Dialog
      title="Make it a gold"
      description="A gold has a known answer. It is mixed into workers' tasks, unseen, to measure how often they are right."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={busy}
            onClick={() => {
              const answer = answers.find((each) => each.key === chosen);
              if (answer) onChoose(answer.answer);
            }}
          >
            Make gold
          </Button>
        </>
      }
    >
      <fieldset>
        <legend className="text-2 font-medium mb-2">The right answer is</legend>
        <div className="flex flex-col gap-2">
          {answers.map((each) => (
            <label key={each.key} className="flex items-center gap-2 text-3 cursor-pointer">
              <input type="radio" name="gold" checked={each.key === chosen} onChange={() => setChosen(each.key)} className="accent-accent" />
              {each.name}
              <span className="text-muted text-2">{count(each.answer.annotations?.length ?? 0)} marks</span>
            </label>
          ))}
        </div>
      </fieldset>
    </Dialog>
  );
}

type Side = "objects" | "history" | "details";

function Body({ task, projectId }: { task: TaskDetail; projectId: string }) {
  const project = useQuery(projectQuery(projectId)).data;
  const scene = useMemo(() => sceneOf(task), [task]);
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
          <Viewer media={task.media} layers={visible} objects={scene.objects} highlighted={highlighted} onHover={setHovered} onPick={pick} titleOf={titleOfLabel} />
        ) : (
          <EmptyState icon="image" title={task.state === "preparing" ? "The photo is being prepared" : "This task has no photo"}>
            {task.broken_reason}
          </EmptyState>
        )}
      </div>
      <aside aria-label="About this task" className="border-t lg:border-t-0 lg:border-l border-border bg-surface lg:overflow-y-auto min-h-0 flex flex-col">
        {task.broken_reason && (
          <p className="flex gap-2 items-start px-4 py-3 bg-danger-soft text-danger text-3">
            <Icon name="alert" className="mt-0.5 shrink-0" /> {task.broken_reason}
          </p>
        )}
        <Verdict task={task} />
        <Layers task={task} layers={scene.layers} hidden={hidden} onShow={show} />
        <Tabs<Side>
          label="About this task"
          value={side}
          onValue={setSide}
          className="border-t border-border pt-1"
          tabs={[
            { value: "objects", label: `Objects (${scene.objects.length})` },
            { value: "history", label: "History" },
            { value: "details", label: "Details" },
          ]}
        >
          <TabPanel value="objects">
            <Objects objects={scene.objects} highlighted={highlighted} picked={picked} titleOf={titleOfLabel} onHover={setHovered} onPick={pick} layers={scene.layers} />
          </TabPanel>
          <TabPanel value="history">
            <History task={task} />
          </TabPanel>
          <TabPanel value="details">
            <Details task={task} projectId={projectId} />
          </TabPanel>
        </Tabs>
        <p className="mt-auto px-4 py-3 text-1 text-muted hidden lg:flex gap-3 flex-wrap border-t border-border">
          <span><Kbd>j</Kbd> <Kbd>k</Kbd> next, previous</span>
          <span><Kbd>+</Kbd> <Kbd>-</Kbd> <Kbd>0</Kbd> zoom, fit</span>
        </p>
      </aside>
    </div>
  );
}

const ORIGINS = { submission: "one person's answer", consensus: "merged from several", review: "corrected by a reviewer" } as const;

function Verdict({ task }: { task: TaskDetail }) {
  const confidence = task.response?.confidence ?? task.consensus?.confidence ?? task.confidence;
  const agreement = task.consensus?.agreement ?? task.agreement;
  return (
    <section aria-label="Result" className="px-4 py-3 grid grid-cols-2 gap-3 border-b border-border">
      <Gauge name="Confidence" value={confidence} />
      <Gauge name="Agreement" value={task.submissions.length > 1 ? agreement : null} />
      <p className="col-span-2 text-2 text-muted">
        {task.is_gold
          ? "A gold: its answer is known, and workers are checked against it."
          : task.response
          ? `Accepted ${ago(task.response.accepted_at, Date.now())}: ${ORIGINS[task.response.origin]}.`
          : task.state === "reviewing"
            ? "Waits for a reviewer."
            : task.submissions.length === 0
              ? "Nobody has answered yet."
              : "Not decided yet."}
      </p>
    </section>
  );
}

function Gauge({ name, value }: { name: string; value: number | null }) {
  return (
    <div>
      <div className="flex justify-between text-2">
        <span className="text-muted">{name}</span>
        <span className="font-medium">{percent(value)}</span>
      </div>
      <Progress label={name} value={value ?? 0} max={1} tone={value === null ? "neutral" : value < 0.6 ? "danger" : value < 0.8 ? "warn" : "ok"} className="mt-1" />
    </div>
  );
}

function Layers({ task, layers, hidden, onShow }: { task: TaskDetail; layers: readonly Layer[]; hidden: ReadonlySet<string>; onShow: (keys: readonly string[], shown: boolean) => void }) {
  if (layers.length === 0) return null;
  const people = layers.filter((layer) => layer.kind === "submission").map((layer) => layer.key);
  const allHidden = people.every((key) => hidden.has(key));
  return (
    <section aria-label="Layers" className="py-2">
      <div className="flex items-center px-4 h-7">
        <h2 className="text-2 font-medium text-muted grow">Shown on the photo</h2>
        {people.length > 1 && (
          <Button size="small" variant="ghost" className="-mr-2" onClick={() => onShow(people, allHidden)}>
            {allHidden ? "Show" : "Hide"} all people
          </Button>
        )}
      </div>
      <ul>
        {layers.map((layer) => {
          const shown = !hidden.has(layer.key);
          const submission = task.submissions.find((each) => each.id === layer.key);
          const notes = [
            `${count(layer.marks.size)} marks`,
            submission && duration(submission.duration_seconds),
            submission?.agreement_with_consensus != null && `agrees ${percent(submission.agreement_with_consensus)}`,
            submission?.gold_score != null && `gold score ${percent(submission.gold_score)}`,
          ].filter(Boolean);
          return (
            <li key={layer.key} className="flex items-center gap-2 pl-4 pr-2 py-1 hover:bg-hover">
              <span aria-hidden="true" className={cx("size-3 rounded-small border border-black/40 shrink-0", !shown && "opacity-30")} style={{ background: layer.color }} />
              <span className={cx("grow min-w-0", !shown && "opacity-60")}>
                <span className="block text-3 truncate">{layer.name}</span>
                <span className="block text-1 text-muted truncate">{notes.join(" · ")}</span>
              </span>
              <IconButton size="small" icon={shown ? "eye" : "eyeOff"} label={`${shown ? "Hide" : "Show"} ${layer.name}`} aria-pressed={shown} onClick={() => onShow([layer.key], !shown)} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Objects({ objects, highlighted, picked, titleOf: title, onHover, onPick, layers }: { objects: readonly SceneObject[]; highlighted: string | null; picked: string | null; titleOf: (label: string) => string; onHover: (key: string | null) => void; onPick: (key: string | null) => void; layers: readonly Layer[] }) {
  if (objects.length === 0) return <p className="px-4 py-6 text-3 text-muted text-center">Nothing is marked on this photo.</p>;
  return (
    <ul className="py-1">
      {objects.map((object) => {
        const why = disagreement(object);
        return (
          <li key={object.key}>
            <button
              type="button"
              aria-pressed={picked === object.key}
              onMouseEnter={() => onHover(object.key)}
              onMouseLeave={() => onHover(null)}
              onFocus={() => onHover(object.key)}
              onBlur={() => onHover(null)}
              onClick={() => onPick(object.key)}
              className={cx("w-full text-left px-4 py-1.5 flex items-center gap-3 -outline-offset-2", highlighted === object.key ? "bg-hover" : "", picked === object.key && "bg-accent-soft")}
            >
              <span className="grow min-w-0">
                <span className="flex items-center gap-2 text-3">
                  <span className={cx("truncate", !object.kept && "line-through text-muted")}>{title(object.label)}</span>
                  {!object.kept && <Badge>voted out</Badge>}
                </span>
                {why && <span className="block text-1 text-muted">{why}</span>}
              </span>
              <span className="flex gap-0.5 shrink-0" aria-hidden="true">
                {object.members
                  .map((member) => layers.find((layer) => layer.key === member.layerKey))
                  .filter((layer): layer is Layer => layer?.kind === "submission")
                  .map((layer) => (
                    <span key={layer.key} title={layer.name} className="size-2 rounded-full border border-black/30" style={{ background: layer.color }} />
                  ))}
              </span>
              {object.confidence !== null && (
                <span className={cx("w-10 text-right text-3", object.confidence < 0.6 ? "text-danger" : "text-muted")}>{percent(object.confidence)}</span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Details({ task, projectId }: { task: TaskDetail; projectId: string }) {
  const rows: [string, ReactNode][] = [
    ["Id", <code key="id" className="font-mono text-2 break-all">{task.id}</code>],
    ["Unique id", task.unique_id],
    ["File", task.media?.file_name],
    ["Size", task.media && `${count(task.media.width)} × ${count(task.media.height)} px`],
    ["Batch", task.batch && <Link to="/console/projects/$projectId/tasks" params={{ projectId }} search={{ batch: task.batch }} className="text-accent">{task.batch}</Link>],
    ["Priority", task.priority],
    ["Project version", task.project_version],
    ["Created", ago(task.created_at, Date.now())],
    ["Completed", task.completed_at && ago(task.completed_at, Date.now())],
  ];
  const metadata = Object.keys(task.metadata).length > 0;
  const attributes = Object.entries((task.response ?? task.consensus)?.answer.attributes ?? {});
  return (
    <div className="px-4 py-3 flex flex-col gap-4">
      <dl className="grid grid-cols-[110px_1fr] gap-x-3 gap-y-1.5 text-3">
        {rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
      {attributes.length > 0 && (
        <section>
          <h3 className="text-2 font-medium mb-1">About the whole photo</h3>
          <dl className="grid grid-cols-[110px_1fr] gap-x-3 gap-y-1.5 text-3">
            {attributes.map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-muted">{name}</dt>
                <dd>{Array.isArray(value) ? value.join(", ") : String(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {metadata && (
        <section>
          <h3 className="text-2 font-medium mb-1">Metadata</h3>
          <pre className="font-mono text-2 bg-sunken rounded-medium p-3 overflow-x-auto">{JSON.stringify(task.metadata, null, 2)}</pre>
        </section>
      )}
    </div>
  );
}
