/** Unfinished answers: written to this browser at once, and to the server a little later. */

import { sameValue } from "@assay/annotation";
import { ApiError, type Id } from "@assay/client";
import type { Answer, Turn, WorkApi } from "../api";
import type { Keep } from "./keep";

export interface Draft {
  readonly assignment_id: Id;
  /** See `draftKey`. */
  readonly key: string;
  readonly answer: Answer;
  readonly saved_at: number;
  /** The server has this very answer. */
  readonly synced: boolean;
}

/** `local`: in this browser only. `lost`: the server says that the turn is over. */
export type DraftState = "clean" | "saving" | "saved" | "local" | "lost";

const LOCAL_MS = 250;
const SERVER_MS = 2_000;
/** Leftovers of turns that ended elsewhere are swept after this long. */
const KEPT_MS = 14 * 24 * 3600 * 1000;

/** By task and not by turn: work whose lease ran out is found again when the same task comes back. */
export const draftKey = ({ stage, task_id }: Pick<Turn, "stage" | "task_id">): string => `${stage}:${task_id}`;

/** The answer a turn opens with: the newest draft, else what was sent back, else what is judged or proposed. */
export async function startingAnswer(turn: Turn, keep: Keep<Draft>): Promise<Answer> {
  const local = await keep.get(draftKey(turn));
  if (local && (!local.synced || turn.draft === null || local.assignment_id !== turn.assignment_id)) return local.answer;
  return turn.draft ?? turn.sent_back?.answer ?? turn.review?.answer ?? turn.prelabels ?? {};
}

export class DraftKeeper {
  readonly #assignmentId: Id;
  readonly #key: string;
  readonly #keep: Keep<Draft>;
  readonly #api: Pick<WorkApi, "saveDraft">;
  readonly #now: () => number;
  readonly #onState: (state: DraftState) => void;
  #latest: Answer | null = null;
  #localTimer: ReturnType<typeof setTimeout> | undefined;
  #serverTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(turn: Pick<Turn, "assignment_id" | "stage" | "task_id">, keep: Keep<Draft>, api: Pick<WorkApi, "saveDraft">, onState: (state: DraftState) => void, now: () => number) {
    this.#assignmentId = turn.assignment_id;
    this.#key = draftKey(turn);
    this.#keep = keep;
    this.#api = api;
    this.#now = now;
    this.#onState = onState;
  }

  /** Called after each gesture. */
  note(answer: Answer): void {
    this.#latest = answer;
    this.#onState("saving");
    clearTimeout(this.#localTimer);
    clearTimeout(this.#serverTimer);
    this.#localTimer = setTimeout(() => void this.#saveLocally(false), LOCAL_MS);
    this.#serverTimer = setTimeout(() => void this.#saveOnServer(), SERVER_MS);
  }

  /** Writes down at once what is still on its way; for a page that is going away. */
  async flush(): Promise<void> {
    if (this.#latest === null || this.#closed) return;
    clearTimeout(this.#localTimer);
    clearTimeout(this.#serverTimer);
    await this.#saveLocally(false);
    await this.#saveOnServer();
  }

  /** The turn is over; with `forget` so is the draft. */
  async close(forget: boolean): Promise<void> {
    clearTimeout(this.#localTimer);
    clearTimeout(this.#serverTimer);
    if (!forget && !this.#closed && this.#latest !== null) await this.#saveLocally(false);
    this.#closed = true;
    if (forget) await this.#keep.delete(this.#key);
  }

  async #saveLocally(synced: boolean): Promise<void> {
    if (this.#latest === null || this.#closed) return;
    await this.#keep.set(this.#key, { assignment_id: this.#assignmentId, key: this.#key, answer: this.#latest, saved_at: this.#now(), synced });
  }

  async #saveOnServer(): Promise<void> {
    const sent = this.#latest;
    if (sent === null || this.#closed) return;
    try {
      await this.#api.saveDraft(this.#assignmentId, sent);
      if (this.#closed || !sameValue(sent, this.#latest)) return;
      await this.#saveLocally(true);
      this.#onState("saved");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.#closed) return;
      this.#onState(error.code === "lease_lost" ? "lost" : "local");
      // A turn that is over will never take a draft again; anything else may pass.
      if (error.transient) this.#serverTimer = setTimeout(() => void this.#saveOnServer(), 4 * SERVER_MS);
    }
  }
}

/** Forgets drafts nobody came back for. */
export async function sweepDrafts(keep: Keep<Draft>, now: number): Promise<void> {
  for (const draft of await keep.all()) if (now - draft.saved_at > KEPT_MS) await keep.delete(draft.key);
}
