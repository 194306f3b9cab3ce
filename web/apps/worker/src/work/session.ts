/**
 * A worker's stay at one project: the turn in hand, and the next one claimed and decoded behind it, so that there
 * is nothing to wait for between two photos. Framework-free; the page follows its state.
 */

import type { Photo } from "@assay/canvas";
import { ApiError, type FieldProblem, type Id } from "@assay/client";
import { PhotoUnavailable } from "@assay/labeling";
import type { Answer, Stage, Turn, WorkApi } from "../api";
import { type Draft, draftKey, startingAnswer } from "./drafts";
import type { Keep } from "./keep";
import type { Outbox, Parcel } from "./outbox";

/** A turn with what is needed to show it at once. */
export interface OpenTurn {
  readonly turn: Turn;
  readonly answer: Answer;
  readonly photo: Photo | null;
  /** Why there is no photo, once that is known. */
  readonly photoProblem: string | null;
  /** What the server said about an answer that was sent before. */
  readonly problems: readonly FieldProblem[];
  /** The server's clock minus ours, in milliseconds. */
  readonly clockOffset: number;
}

export type SessionState =
  | { readonly phase: "looking" }
  | { readonly phase: "working"; readonly open: OpenTurn }
  /** No turn fits this worker now; looked for again by itself. */
  | { readonly phase: "nothing" }
  | { readonly phase: "refused"; readonly reason: string }
  | { readonly phase: "failed"; readonly error: ApiError };

export interface SessionPorts {
  readonly api: Pick<WorkApi, "turns" | "turn" | "claim" | "giveBack">;
  readonly outbox: Pick<Outbox, "has" | "drop">;
  readonly drafts: Keep<Draft>;
  readonly loadPhoto: (url: string) => Promise<Photo>;
  readonly releasePhoto: (photo: Photo | null) => void;
  readonly now: () => number;
}

const LOOK_AGAIN_MS = 10_000;
const TRY_AGAIN_MS = 5_000;
/** A prefetched turn with less than this left is not worth starting. */
const LEASE_LEFT_MS = 60_000;

export class Session {
  readonly #projectId: Id;
  readonly #stage: Stage;
  readonly #ports: SessionPorts;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { phase: "looking" };
  #next: OpenTurn | null = null;
  /** Turns put aside for a correction; to go back to first. */
  readonly #aside: Id[] = [];
  #fetchingNext = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(projectId: Id, stage: Stage, ports: SessionPorts) {
    this.#projectId = projectId;
    this.#stage = stage;
    this.#ports = ports;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The turn that waits behind the one in hand. */
  get prefetched(): OpenTurn | null {
    return this.#next;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Goes on with turns still held from before, else claims one. */
  async start(): Promise<void> {
    clearTimeout(this.#timer);
    this.#next = null;
    await this.#attempt(async () => {
      const held = (await this.#ports.api.turns()).filter(
        (turn) => turn.project_id === this.#projectId && turn.stage === this.#stage && !this.#ports.outbox.has(turn.assignment_id),
      );
      const [first, second] = held;
      if (first === undefined) return this.#claimNow();
      await this.#show(await this.#opened(first));
      if (second) await this.#keepAsNext(second);
      else void this.#prefetch();
    });
  }

  /** The turn in hand is done with: shows the next, at once when it is ready. */
  async next(): Promise<void> {
    clearTimeout(this.#timer);
    const done = this.#state.phase === "working" ? this.#state.open : null;
    const aside = this.#aside.pop();
    if (aside !== undefined) return this.#attempt(async () => this.#show(await this.#opened(await this.#ports.api.turn(aside))));
    const ready = this.#next;
    this.#next = null;
    if (ready && this.#leaseLeft(ready) > LEASE_LEFT_MS) {
      this.#set({ phase: "working", open: ready });
      this.#ports.releasePhoto(done?.photo ?? null);
      void this.#prefetch();
      return;
    }
    if (ready) await this.#ports.api.giveBack(ready.turn.assignment_id).catch(() => {});
    this.#set({ phase: "looking" });
    this.#ports.releasePhoto(done?.photo ?? null);
    await this.#attempt(() => this.#claimNow());
  }

  /** Opens a turn whose answer the server refused, with the answer and what is wrong with it. */
  async reopen(parcel: Parcel): Promise<void> {
    await this.#attempt(async () => {
      const turn = await this.#ports.api.turn(parcel.assignment_id);
      const answer = parcel.body.kind === "submit" ? parcel.body.answer : (parcel.body.ruling.answer ?? turn.review?.answer ?? {});
      await this.#ports.outbox.drop(parcel.assignment_id);
      const key = draftKey(turn);
      await this.#ports.drafts.set(key, { assignment_id: turn.assignment_id, key, answer, saved_at: this.#ports.now(), synced: false });
      const opened = await this.#opened(turn);
      if (this.#state.phase === "working") this.#aside.push(this.#state.open.turn.assignment_id);
      await this.#show({ ...opened, problems: parcel.refused?.problems ?? [] });
    });
  }

  /** Fetches the photo in hand again. */
  async retryPhoto(): Promise<void> {
    if (this.#state.phase !== "working") return;
    this.#set({ phase: "working", open: { ...this.#state.open, photoProblem: null } });
    await this.#loadCurrentPhoto();
  }

  /** A longer lease for the turn in hand. */
  extended(leaseUntil: string): void {
    if (this.#state.phase !== "working") return;
    const { open } = this.#state;
    this.#set({ phase: "working", open: { ...open, turn: { ...open.turn, lease_until: leaseUntil, extension_available: false } } });
  }

  /** Ends the stay. Gives the id of the prefetched turn, which has to be given back, or null. */
  close(): Id | null {
    this.#closed = true;
    clearTimeout(this.#timer);
    const id = this.#next?.turn.assignment_id ?? null;
    this.#ports.releasePhoto(this.#next?.photo ?? null);
    if (this.#state.phase === "working") this.#ports.releasePhoto(this.#state.open.photo);
    this.#next = null;
    return id;
  }

  async #claimNow(): Promise<void> {
    const turn = await this.#ports.api.claim(this.#projectId, this.#stage);
    if (turn === undefined) {
      // The prefetch that was under way meanwhile may have got the last one.
      if (this.#next) return this.next();
      this.#set({ phase: "nothing" });
      this.#later(LOOK_AGAIN_MS, () => this.#claimNow());
      return;
    }
    await this.#show(await this.#opened(turn));
    void this.#prefetch();
  }

  async #opened(turn: Turn): Promise<OpenTurn> {
    const answer = await startingAnswer(turn, this.#ports.drafts);
    const clockOffset = Date.parse(turn.server_time) - this.#ports.now();
    return { turn, answer, photo: null, photoProblem: null, problems: [], clockOffset };
  }

  async #show(open: OpenTurn): Promise<void> {
    this.#set({ phase: "working", open });
    await this.#loadCurrentPhoto();
  }

  async #loadCurrentPhoto(): Promise<void> {
    if (this.#state.phase !== "working") return;
    const { turn } = this.#state.open;
    const loaded = await this.#photoOf(turn);
    if (this.#closed || this.#state.phase !== "working" || this.#state.open.turn.assignment_id !== turn.assignment_id) {
      return this.#ports.releasePhoto(loaded.photo);
    }
    this.#set({ phase: "working", open: { ...this.#state.open, ...loaded } });
  }

  async #photoOf(turn: Turn, again = true): Promise<Pick<OpenTurn, "photo" | "photoProblem">> {
    if (turn.media === null) {
      const problem = turn.content === null ? "This task has no photo. Report it, so that somebody looks at it." : null;
      return { photo: null, photoProblem: problem };
    }
    try {
      return { photo: await this.#ports.loadPhoto(turn.media.display_url), photoProblem: null };
    } catch (error) {
      if (!(error instanceof PhotoUnavailable)) throw error;
      // Addresses are signed for about an hour; a turn asked for anew has a fresh one.
      if (error.status === 403 && again) {
        const fresh = await this.#ports.api.turn(turn.assignment_id).catch(() => null);
        if (fresh) return this.#photoOf(fresh, false);
      }
      return { photo: null, photoProblem: error.message };
    }
  }

  async #prefetch(): Promise<void> {
    if (this.#fetchingNext || this.#next || this.#closed) return;
    // Which task of practice comes next, or whether work does, depends on how this one goes.
    if (this.#state.phase === "working" && this.#state.open.turn.practice) return;
    this.#fetchingNext = true;
    try {
      const turn = await this.#ports.api.claim(this.#projectId, this.#stage);
      if (turn) await this.#keepAsNext(turn);
    } catch (error) {
      // Nothing is lost: the claim is made again when the next turn is asked for.
      if (!(error instanceof ApiError)) throw error;
    } finally {
      this.#fetchingNext = false;
    }
  }

  async #keepAsNext(turn: Turn): Promise<void> {
    if (this.#closed) return void this.#ports.api.giveBack(turn.assignment_id).catch(() => {});
    this.#next = await this.#opened(turn);
    const loaded = await this.#photoOf(turn);
    const isWaiting = this.#next?.turn.assignment_id === turn.assignment_id;
    if (isWaiting && this.#next) {
      this.#next = { ...this.#next, ...loaded };
      if (this.#state.phase === "nothing") await this.next();
    } else if (!this.#closed && this.#state.phase === "working" && this.#state.open.turn.assignment_id === turn.assignment_id) {
      // It was asked for while its photo was still on the way.
      this.#set({ phase: "working", open: { ...this.#state.open, ...loaded } });
    } else this.#ports.releasePhoto(loaded.photo);
  }

  #leaseLeft({ turn, clockOffset }: OpenTurn): number {
    return Date.parse(turn.lease_until) - clockOffset - this.#ports.now();
  }

  /** Runs something that may meet the server's refusal; a connection that fails is tried again by itself. */
  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#closed) return;
      if (error.status === 403) return this.#set({ phase: "refused", reason: error.detail });
      if (this.#state.phase !== "working") this.#set({ phase: "failed", error });
      if (error.transient) this.#later(TRY_AGAIN_MS, () => (this.#state.phase === "working" ? Promise.resolve() : action()));
    }
  }

  #later(wait: number, action: () => Promise<void>): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#attempt(action), wait);
  }

  #set(state: SessionState): void {
    if (this.#closed) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
