/** Runs the upload queue: keeps four files going up, listens to pause and cancel, tells whoever watches. */
import { ApiError, type Attachment } from "@assay/client";
import {
  added,
  cancelled,
  EMPTY_QUEUE,
  failed,
  interrupted,
  progressed,
  type Queue,
  retried,
  started,
  startable,
  succeeded,
} from "./queue";

export interface PathFile {
  path: string;
  file: File;
}

export type Send = (
  file: File,
  options: { signal: AbortSignal; onProgress: (sent: number, total: number) => void },
) => Promise<Attachment>;

export class UploadRunner {
  #queue: Queue = EMPTY_QUEUE;
  #lastId = 0;
  #ticking = false;
  readonly #files = new Map<number, File>();
  readonly #running = new Map<number, AbortController>();
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly send: Send,
    /** Time before a failed file gets its next turn, in milliseconds. */
    readonly retryDelay = 1500,
  ) {}

  get queue(): Queue {
    return this.#queue;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): Queue => this.#queue;

  /** How many of the files were in the queue already. */
  add(files: readonly PathFile[]): number {
    const result = added(this.#queue, files.map(({ path, file }) => ({ path, size: file.size })), this.#lastId + 1);
    for (const [index, id] of result.ids.entries()) {
      if (id === null) continue;
      this.#files.set(id, files[index]!.file);
      this.#lastId = id;
    }
    this.#change(result.queue);
    this.#pump();
    return result.repeated;
  }

  pause(): void {
    this.#change({ ...this.#queue, paused: true });
    for (const [id, controller] of this.#running) {
      this.#change(interrupted(this.#queue, id));
      controller.abort();
    }
    this.#running.clear();
  }

  resume(): void {
    this.#change({ ...this.#queue, paused: false });
    this.#pump();
  }

  cancel(ids: readonly number[] = this.#queue.items.map((item) => item.id)): void {
    this.#change(cancelled(this.#queue, ids));
    for (const id of ids) {
      this.#running.get(id)?.abort();
      this.#running.delete(id);
    }
    this.#pump();
  }

  retryFailed(): void {
    this.#change({ ...retried(this.#queue), paused: false });
    this.#pump();
  }

  /** Stops everything and forgets the files; for leaving the page. */
  clear(): void {
    for (const controller of this.#running.values()) controller.abort();
    this.#running.clear();
    this.#files.clear();
    this.#change(EMPTY_QUEUE);
  }

  #change(queue: Queue): void {
    this.#queue = queue;
    if (this.#ticking) return;
    // Progress of four files arrives hundreds of times a second; the page is told twelve times.
    this.#ticking = true;
    setTimeout(() => {
      this.#ticking = false;
      for (const listener of this.#listeners) listener();
    }, 80);
  }

  #pump(): void {
    for (const id of startable(this.#queue)) void this.#run(id);
  }

  async #run(id: number): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    this.#change(started(this.#queue, id));
    try {
      const attachment = await this.send(this.#files.get(id)!, {
        signal: controller.signal,
        onProgress: (sent) => this.#change(progressed(this.#queue, id, sent)),
      });
      // A pause or cancel that came too late to stop the request has already given the item another state.
      if (this.#running.get(id) === controller) this.#change(succeeded(this.#queue, id, attachment.id, attachment.duplicate));
    } catch (error) {
      if (this.#running.get(id) !== controller) return;
      const transient = error instanceof ApiError ? error.transient : false;
      this.#change(failed(this.#queue, id, error instanceof Error ? error.message : String(error), transient));
      if (transient) await new Promise((resolve) => setTimeout(resolve, this.retryDelay));
    } finally {
      if (this.#running.get(id) === controller) this.#running.delete(id);
    }
    this.#pump();
  }
}
