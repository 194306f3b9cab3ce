/**
 * Answers on their way to the server. One is written down before it is sent and crossed out only when the server
 * has acknowledged it, so that neither a reload nor a lost connection loses work; sending twice is safe.
 */

import { ApiError, type FieldProblem, type Id } from "@assay/client";
import type { Answer, Ruling, WorkApi } from "../api";
import type { Keep } from "./keep";

export interface Parcel {
  readonly assignment_id: Id;
  readonly task_id: Id;
  readonly project_id: Id;
  readonly queued_at: number;
  readonly body:
    | { readonly kind: "submit"; readonly answer: Answer; readonly duration_seconds: number }
    | { readonly kind: "review"; readonly ruling: Ruling };
  /** Why the server will not take it as it is; such a parcel waits for its worker. */
  readonly refused?: { readonly status: number; readonly code: string; readonly detail: string; readonly problems: readonly FieldProblem[] };
}

export interface OutboxState {
  /** Not acknowledged yet and not refused, oldest first. */
  readonly waiting: readonly Parcel[];
  readonly refused: readonly Parcel[];
  /** The last attempt did not reach the server. */
  readonly stalled: boolean;
}

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

export class Outbox {
  readonly #keep: Keep<Parcel>;
  readonly #api: Pick<WorkApi, "submit" | "rule">;
  readonly #listeners = new Set<() => void>();
  readonly #parcels = new Map<Id, Parcel>();
  #state: OutboxState = { waiting: [], refused: [], stalled: false };
  #sending: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(keep: Keep<Parcel>, api: Pick<WorkApi, "submit" | "rule">) {
    this.#keep = keep;
    this.#api = api;
  }

  get state(): OutboxState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up what an earlier visit left behind. */
  async open(): Promise<void> {
    for (const parcel of await this.#keep.all()) this.#parcels.set(parcel.assignment_id, parcel);
    this.#tell();
    void this.flush();
  }

  has(assignmentId: Id): boolean {
    return this.#parcels.has(assignmentId);
  }

  /** Writes a parcel down and begins to send it. Done once it is written down. */
  async add(parcel: Parcel): Promise<void> {
    this.#parcels.set(parcel.assignment_id, parcel);
    this.#tell();
    await this.#keep.set(parcel.assignment_id, parcel);
    void this.flush();
  }

  /** Takes a refused parcel out: its worker corrects it, or gives it up. */
  async drop(assignmentId: Id): Promise<void> {
    this.#parcels.delete(assignmentId);
    this.#tell();
    await this.#keep.delete(assignmentId);
  }

  /** Sends what waits, in order; tries again by itself until all of it is acknowledged or refused. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#sending ??= this.#send().finally(() => (this.#sending = null));
    return this.#sending;
  }

  async #send(): Promise<void> {
    for (let next = this.#state.waiting[0]; next; next = this.#state.waiting[0]) {
      try {
        await this.#deliver(next);
        this.#failures = 0;
        this.#parcels.delete(next.assignment_id);
        this.#tell(false);
        await this.#keep.delete(next.assignment_id);
      } catch (error) {
        // Only the server's own word refuses an answer; a proxy's page in its place is as good as no connection.
        // Signed out is no refusal either: the answer waits until its worker is back.
        if (!(error instanceof ApiError) || error.transient || error.status === 401) return this.#retryLater();
        const { status, code, detail, problems } = error;
        const refused: Parcel = { ...next, refused: { status, code, detail, problems } };
        this.#parcels.set(next.assignment_id, refused);
        this.#tell(false);
        await this.#keep.set(next.assignment_id, refused);
      }
    }
  }

  #deliver({ assignment_id, body }: Parcel): Promise<unknown> {
    if (body.kind === "review") return this.#api.rule(assignment_id, body.ruling);
    const { answer, duration_seconds } = body;
    return this.#api.submit(assignment_id, { answer, duration_seconds });
  }

  #retryLater(): void {
    this.#tell(true);
    this.#timer = setTimeout(() => void this.flush(), RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]);
    this.#failures += 1;
  }

  #tell(stalled = this.#state.stalled): void {
    const parcels = [...this.#parcels.values()].sort((a, b) => a.queued_at - b.queued_at);
    this.#state = { waiting: parcels.filter((parcel) => !parcel.refused), refused: parcels.filter((parcel) => parcel.refused), stalled };
    for (const listener of this.#listeners) listener();
  }
}
