/** A finished answer at the desk of its kind, for whoever may put another in its place: the audits of customers. */

import { sameValue } from "@assay/annotation";
import { ApiError, type ProjectVersion, type Project, type TaskDetail, api } from "@assay/client";
import { Button, ConfirmDialog, EmptyState, ErrorState, Field, Icon, Spinner, Textarea, ThemeToggle, buttonClass, toast } from "@assay/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Turn } from "../api";
import type { OpenTurn } from "../work/session";
import { type Desk, type DeskPage, type MakeDesk, isShown } from "./desk";
import { DESKS } from "./desks";
import { usePhoto } from "./usePhoto";
import { useTitle } from "./useTitle";

interface Finished {
  readonly task: TaskDetail;
  readonly project: Project;
  readonly version: ProjectVersion;
}

async function fetchFinished(taskId: string, signal: AbortSignal): Promise<Finished> {
  const task = await api.tasks.get(taskId, signal);
  const [project, versions] = await Promise.all([api.projects.get(task.project_id, signal), api.projects.versions(task.project_id, signal)]);
  const version = versions.items.find((each) => each.version === task.project_version) ?? project;
  return { task, project, version };
}

const consolePath = (task: TaskDetail): string => `/console/projects/${task.project_id}/tasks/${task.id}`;

export function CorrectPage({ taskId }: { taskId: string }) {
  // What is being corrected must not change under whoever corrects it.
  const query = useQuery({ queryKey: ["correct", taskId], queryFn: ({ signal }) => fetchFinished(taskId, signal), staleTime: Infinity, refetchOnWindowFocus: false });
  if (query.isLoadingError) return <Alone><ErrorState title="The task could not be fetched" error={query.error} onRetry={() => void query.refetch()} /></Alone>;
  if (!query.data) return <Alone><p role="status" className="flex items-center gap-2 text-3 text-muted"><Spinner /> Fetching the answer…</p></Alone>;
  const { task, project } = query.data;
  const makeDesk = DESKS[project.kind];
  if (task.response === null || makeDesk === undefined) {
    return (
      <Alone>
        <EmptyState icon="edit" title="There is no answer to correct here" action={<a href={consolePath(task)} className={buttonClass("primary")}>Back to the task</a>}>
          {task.response === null ? "The task is not finished, or its answer was sent back to work meanwhile." : "The editor for this work is still to come."}
        </EmptyState>
      </Alone>
    );
  }
  return <Correcting finished={query.data} makeDesk={makeDesk} />;
}

const Alone = ({ children }: { children: React.ReactNode }) => <main className="min-h-dvh grid place-items-center p-4">{children}</main>;

/** The answer as a turn that nobody was given. */
function turnOf({ task, project, version }: Finished): Turn {
  return {
    assignment_id: task.id,
    task_id: task.id,
    project_id: task.project_id,
    project_name: project.name,
    kind: project.kind,
    stage: "annotate",
    round: task.round,
    claimed_at: task.created_at,
    lease_until: task.created_at,
    extension_available: false,
    server_time: task.created_at,
    instructions: [task.taxonomy?.instructions, version.instructions].filter(Boolean).join("\n\n"),
    taxonomy: (task.taxonomy ?? version.taxonomy) as Turn["taxonomy"],
    media: task.media,
    content: task.content as Turn["content"],
    prelabels: task.prelabels,
    draft: null,
    sent_back: null,
    review: null,
    practice: null,
  };
}

function Correcting({ finished, makeDesk }: { finished: Finished; makeDesk: MakeDesk }) {
  const { task, project } = finished;
  const [since] = useState(() => Date.now());
  const [bare] = useState<OpenTurn>(() => ({ turn: turnOf(finished), answer: task.response?.answer ?? {}, photo: null, photoProblem: null, problems: [], clockOffset: 0 }));
  const { shown, retry } = usePhoto(bare);
  const [desk] = useState(() => makeDesk(bare, {}));
  const [before] = useState(() => desk.answer());
  const [asking, setAsking] = useState(false);
  const isChanged = useIsChanged(desk, before);
  const fix = useMutation({
    mutationFn: (comment: string) =>
      api.tasks.audit(task.id, { verdict: "fix", answer: desk.answer(), duration_seconds: (Date.now() - since) / 1000, ...(comment ? { comment } : {}) }),
    onSuccess: () => {
      leaving = true;
      location.assign(consolePath(task));
    },
    onError: (error) => {
      setAsking(false);
      if (error instanceof ApiError && error.problems.length > 0) desk.showProblems(error.problems);
      else toast(error instanceof ApiError ? error.detail : "The correction could not be sent. Try again.", "danger");
    },
  });
  useTitle(`Correct · ${project.name}`);
  useStayUnlessSaved(isChanged);
  const ask = (): void => {
    if (!isShown(shown) || asking || fix.isPending) return;
    desk.settle();
    if (!sameValue(desk.answer(), before) && desk.check()) setAsking(true);
  };
  const page: DeskPage = { open: shown, instructionsOpen: false, onSubmit: ask, onRetryPhoto: retry, onReport: () => location.assign(consolePath(task)) };
  return (
    <div className="h-dvh flex flex-col bg-bg overflow-hidden">
      <header className="h-12 shrink-0 flex items-center gap-2 px-2 border-b border-border bg-surface">
        <a href={consolePath(task)} aria-label="Back to the task" title="Back to the task" className="size-9 grid place-items-center rounded-medium text-muted hover:text-text hover:bg-hover">
          <Icon name="chevronLeft" size={18} />
        </a>
        <h1 className="text-3 font-semibold truncate min-w-0">{task.unique_id ?? project.name}</h1>
        <span className="text-1 font-medium px-1.5 h-5 inline-flex items-center rounded-small bg-accent-soft text-accent whitespace-nowrap">Correcting</span>
        <span className="grow" />
        <ThemeToggle className="max-md:hidden" />
        <Button variant="primary" icon="check" disabled={!isChanged || !isShown(shown)} busy={fix.isPending} onClick={ask} title={isChanged ? "Save the correction  (Ctrl+Enter)" : "Nothing is changed yet"} className="max-md:h-9">
          Save correction
        </Button>
      </header>
      {desk.render(page)}
      {asking && <SaveDialog busy={fix.isPending} onClose={() => setAsking(false)} onSave={(comment) => fix.mutate(comment)} />}
    </div>
  );
}

function useIsChanged(desk: Desk, before: object): boolean {
  const snapshot = useSyncExternalStore(desk.subscribe, desk.snapshot);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the snapshot is what changes the desk's answer
  return useMemo(() => !sameValue(desk.answer(), before), [snapshot, desk, before]);
}

/** Set as the page goes away on purpose. */
let leaving = false;

function useStayUnlessSaved(isChanged: boolean): void {
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent): void => {
      if (isChanged && !leaving) event.preventDefault();
    };
    window.addEventListener("beforeunload", stay);
    return () => window.removeEventListener("beforeunload", stay);
  }, [isChanged]);
}

function SaveDialog({ busy, onClose, onSave }: { busy: boolean; onClose: () => void; onSave: (comment: string) => void }) {
  const [comment, setComment] = useState("");
  return (
    <ConfirmDialog
      title="Put this in the answer’s place?"
      description="It becomes the task’s answer, marked as the customer’s own, and is sent out as such. The one there is now stays on record."
      confirmLabel="Save correction"
      cancelLabel="Go on correcting"
      busy={busy}
      onConfirm={() => onSave(comment.trim())}
      onClose={onClose}
    >
      <Field label="What was wrong?" optional>
        {(control) => <Textarea {...control} data-autofocus rows={3} maxLength={10_000} value={comment} onChange={(event) => setComment(event.target.value)} />}
      </Field>
    </ConfirmDialog>
  );
}
