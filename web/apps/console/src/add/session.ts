/**
 * Uploads of one project, alive while the console is open, also when another tab of it is looked at. Photos that are
 * up become tasks in bulk as soon as nothing more is going up.
 */
import { api, ApiError, type Id, type NewTask, type TasksCreated } from "@assay/client";
import { summary, type UploadItem } from "./queue";
import { type Send, UploadRunner } from "./runner";

export interface Created {
  created: number;
  existing: number;
  failures: { path: string; reason: string }[];
}

export type CreateTasks = (tasks: NewTask[], batch: string | undefined) => Promise<TasksCreated>;

const ROWS_PER_REQUEST = 1000;

/**
 * The rows for uploaded files. The file's path is the unique id, so that adding a folder again adds only what is new.
 */
export function rowsFor(items: readonly UploadItem[]): { item: UploadItem; row: NewTask }[] {
  return items.flatMap((item) => (item.attachmentId === null ? [] : [{ item, row: { attachment_id: item.attachmentId, unique_id: item.path } }]));
}

/**
 * Makes the tasks, a thousand at a time. A path that is taken by another photo (the upload was no duplicate, yet the
 * id exists) is a different photo with an old name: it is added under its path with a piece of its attachment's id.
 */
export async function createTasks(items: readonly UploadItem[], batch: string | undefined, create: CreateTasks): Promise<Created> {
  const result: Created = { created: 0, existing: 0, failures: [] };
  const renamed: { item: UploadItem; row: NewTask }[] = [];

  const send = async (rows: { item: UploadItem; row: NewTask }[], mayRename: boolean) => {
    for (let start = 0; start < rows.length; start += ROWS_PER_REQUEST) {
      const chunk = rows.slice(start, start + ROWS_PER_REQUEST);
      const answer = await create(chunk.map(({ row }) => row), batch);
      for (const each of answer.results) {
        const sent = chunk[each.index];
        if (!sent) continue;
        if (each.status === "created") result.created += 1;
        else if (each.status === "failed") {
          result.failures.push({ path: sent.item.path, reason: each.problems.map((problem) => problem.message).join("; ") || "The server refused this task" });
        } else if (mayRename && !sent.item.duplicate) {
          renamed.push({ item: sent.item, row: { ...sent.row, unique_id: `${sent.item.path} (${sent.item.attachmentId!.slice(0, 8)})` } });
        } else result.existing += 1;
      }
    }
  };

  await send(rowsFor(items), true);
  await send(renamed, false);
  return result;
}

export type CreationState = { kind: "none" } | { kind: "creating" } | { kind: "done"; result: Created } | { kind: "failed"; reason: string };

export class UploadSession {
  readonly runner: UploadRunner;
  batch = "";
  creation: CreationState = { kind: "none" };
  readonly #tasked = new Set<number>();
  readonly #listeners = new Set<() => void>();
  #version = 0;

  constructor(
    send: Send,
    readonly create: CreateTasks,
    readonly onCreated: () => void = () => {},
  ) {
    this.runner = new UploadRunner(send);
    this.runner.subscribe(() => {
      const { idle, sent } = summary(this.runner.queue);
      if (idle && sent > this.#tasked.size && this.creation.kind !== "creating" && this.creation.kind !== "failed") void this.makeTasks();
      this.#tell();
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  version = (): number => this.#version;

  /** Makes tasks of all that is up and has none yet; also the way to try again after a failure. */
  async makeTasks(): Promise<void> {
    if (this.creation.kind === "creating") return;
    const earlier = this.creation.kind === "done" ? this.creation.result : null;
    const items = this.runner.queue.items.filter((item) => item.state === "sent" && !this.#tasked.has(item.id));
    this.#set({ kind: "creating" });
    try {
      const made = await createTasks(items, this.batch.trim() || undefined, this.create);
      for (const item of items) this.#tasked.add(item.id);
      this.#set({
        kind: "done",
        result: {
          created: made.created + (earlier?.created ?? 0),
          existing: made.existing + (earlier?.existing ?? 0),
          failures: [...(earlier?.failures ?? []), ...made.failures],
        },
      });
      this.onCreated();
    } catch (error) {
      this.#set({ kind: "failed", reason: error instanceof ApiError ? error.detail : String(error) });
    }
  }

  /** Back to an empty page. */
  clear(): void {
    this.#tasked.clear();
    this.creation = { kind: "none" };
    this.runner.clear();
    this.#tell();
  }

  #set(creation: CreationState): void {
    this.creation = creation;
    this.#tell();
  }

  #tell(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}

const sessions = new Map<Id, UploadSession>();

/** One per project for as long as the page lives. Leaving the page while files go up asks first. */
export function uploadSession(projectId: Id, onCreated: () => void): UploadSession {
  let session = sessions.get(projectId);
  if (!session) {
    session = new UploadSession(
      (file, options) => api.projects.attach(projectId, file, options),
      (tasks, batch) => api.projects.createTasks(projectId, tasks, batch),
      onCreated,
    );
    sessions.set(projectId, session);
    if (sessions.size === 1) window.addEventListener("beforeunload", holdWhileSending);
  }
  return session;
}

function holdWhileSending(event: BeforeUnloadEvent): void {
  for (const session of sessions.values()) {
    if (!summary(session.runner.queue).idle || session.creation.kind === "creating") event.preventDefault();
  }
}
