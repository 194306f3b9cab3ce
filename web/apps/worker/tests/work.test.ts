/** What must hold of a worker's stay, whatever the network does. The server here is a small one in memory. */

import { EMPTY_ANSWER, type Box, type WireAnswer } from "@assay/annotation";
import { ApiError } from "@assay/client";
import { PhotoUnavailable } from "@assay/labeling";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Stage, Turn } from "../src/api";
import { type Draft, DraftKeeper, startingAnswer, sweepDrafts } from "../src/work/drafts";
import { memoryKeep } from "../src/work/keep";
import { Outbox, type Parcel } from "../src/work/outbox";
import { Session } from "../src/work/session";
import { placeOf } from "../src/route";

const T0 = Date.parse("2026-11-22T08:00:00Z");
const box: Box = { id: "a", type: "box", label: "car", x: 1, y: 2, width: 30, height: 40 };
const withBox: WireAnswer = { annotations: [box], attributes: {} };
const unreachable = (): ApiError => new ApiError(0, "unreachable", "The server cannot be reached.");

function turnOf(n: number, change: Partial<Turn> = {}): Turn {
  return {
    assignment_id: `turn-${n}`, task_id: `task-${n}`, project_id: "p", project_name: "P", stage: "annotate", round: 1,
    claimed_at: new Date(T0).toISOString(), lease_until: new Date(T0 + 1_800_000).toISOString(), extension_available: true,
    server_time: new Date(T0).toISOString(), instructions: "", taxonomy: { labels: [{ name: "car" }] },
    kind: "image", content: null,
    media: { id: "m", url: "/m", display_url: `/photo-${n}`, thumbnail_url: "/t", width: 100, height: 80, display_width: 100, display_height: 80, content_type: "image/jpeg", file_name: "x.jpg" },
    prelabels: null, draft: null, sent_back: null, review: null, practice: null, ...change,
  };
}

/** Holds turns the way the real one does: claimed ones stay with the worker until submitted or given back. */
class SmallServer {
  open: Turn[];
  held: Turn[] = [];
  submitted: string[] = [];
  returned: string[] = [];
  fail: (() => ApiError | null) | null = null;

  constructor(count: number) {
    this.open = Array.from({ length: count }, (_, n) => turnOf(n + 1));
  }

  #reach(): void {
    const error = this.fail?.();
    if (error) throw error;
  }
  turns = async () => (this.#reach(), [...this.held]);
  turn = async (id: string) => (this.#reach(), this.held.find((turn) => turn.assignment_id === id)!);
  claim = async (_project: string, _stage: Stage) => {
    this.#reach();
    const turn = this.open.shift();
    if (turn) this.held.push(turn);
    return turn;
  };
  giveBack = async (id: string) => {
    this.#reach();
    this.returned.push(id);
    this.held = this.held.filter((turn) => turn.assignment_id !== id);
  };
  submit = async (id: string) => {
    this.#reach();
    this.submitted.push(id);
    this.held = this.held.filter((turn) => turn.assignment_id !== id);
  };
  rule = async (id: string) => this.submit(id);
}

const parcel = (n: number): Parcel => ({
  assignment_id: `turn-${n}`, task_id: `task-${n}`, project_id: "p", queued_at: n, body: { kind: "submit", answer: withBox, duration_seconds: 3 },
});

const marksOf = (answer: WireAnswer) => answer.annotations ?? [];

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
  return () => vi.useRealTimers();
});

describe("the outbox", () => {
  it("forgets an answer only once the server has acknowledged it", async () => {
    const server = new SmallServer(0);
    const keep = memoryKeep<Parcel>();
    const outbox = new Outbox(keep, server);
    server.fail = unreachable;
    await outbox.add(parcel(1));
    await vi.advanceTimersByTimeAsync(500);
    expect(await keep.all()).toHaveLength(1);
    expect(outbox.state.stalled).toBe(true);
    server.fail = null;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.submitted).toEqual(["turn-1"]);
    expect(await keep.all()).toEqual([]);
    expect(outbox.state).toEqual({ waiting: [], refused: [], stalled: false });
  });

  it("takes up what an earlier visit left behind, in order", async () => {
    const keep = memoryKeep<Parcel>();
    await keep.set("turn-2", parcel(2));
    await keep.set("turn-1", parcel(1));
    const server = new SmallServer(0);
    const outbox = new Outbox(keep, server);
    await outbox.open();
    await outbox.flush();
    expect(server.submitted).toEqual(["turn-1", "turn-2"]);
  });

  it("sets a refused answer aside with its problems and sends the others", async () => {
    const server = new SmallServer(0);
    const problems = [{ field: "annotations[0].label", message: "unknown" }];
    let isFirst = true;
    server.fail = () => {
      const refused = isFirst ? new ApiError(400, "invalid", "annotations[0].label: unknown", problems) : null;
      isFirst = false;
      return refused;
    };
    const outbox = new Outbox(memoryKeep(), server);
    await outbox.add(parcel(1));
    await outbox.add(parcel(2));
    await outbox.flush();
    expect(outbox.state.refused.map(({ assignment_id, refused }) => [assignment_id, refused?.problems])).toEqual([["turn-1", problems]]);
    expect(server.submitted).toEqual(["turn-2"]);
  });

  it("waits while its worker is signed out", async () => {
    const server = new SmallServer(0);
    server.fail = () => new ApiError(401, "unauthenticated", "You are signed out.");
    const outbox = new Outbox(memoryKeep(), server);
    await outbox.add(parcel(1));
    await vi.advanceTimersByTimeAsync(100);
    expect(outbox.state.refused).toEqual([]);
    expect(outbox.state.waiting).toHaveLength(1);
  });
});

describe("drafts", () => {
  it("are on this device within a blink and on the server a little later", async () => {
    const keep = memoryKeep<Draft>();
    const saved: WireAnswer[] = [];
    const states: string[] = [];
    const keeper = new DraftKeeper(turnOf(1), keep, { saveDraft: async (_, answer) => void saved.push(answer) }, (state) => states.push(state), Date.now);
    keeper.note({ annotations: [box], attributes: {} });
    await vi.advanceTimersByTimeAsync(300);
    expect(await keep.get("annotate:task-1")).toMatchObject({ synced: false, answer: withBox });
    expect(saved).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(saved).toEqual([withBox]);
    expect(await keep.get("annotate:task-1")).toMatchObject({ synced: true });
    expect(states).toEqual(["saving", "saved"]);
  });

  it("say when the turn is over", async () => {
    const states: string[] = [];
    const saveDraft = async () => {
      throw new ApiError(409, "lease_lost", "Your turn ended.");
    };
    new DraftKeeper(turnOf(1), memoryKeep(), { saveDraft }, (state) => states.push(state), Date.now).note(EMPTY_ANSWER);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(states).toEqual(["saving", "lost"]);
  });

  it("open with the newest: what the server has not got yet, else what it has", async () => {
    const keep = memoryKeep<Draft>();
    const turn = turnOf(1, { draft: { annotations: [{ ...box, x: 50 }] }, prelabels: withBox });
    expect(marksOf(await startingAnswer(turn, keep))[0]).toMatchObject({ x: 50 });
    const local = { assignment_id: "turn-1", key: "annotate:task-1", answer: withBox, saved_at: T0 };
    await keep.set("annotate:task-1", { ...local, synced: true });
    expect(marksOf(await startingAnswer(turn, keep))[0]).toMatchObject({ x: 50 });
    await keep.set("annotate:task-1", { ...local, synced: false });
    expect(marksOf(await startingAnswer(turn, keep))[0]).toMatchObject({ x: 1 });
  });

  it("are found again when the same task comes back in another turn", async () => {
    const keep = memoryKeep<Draft>();
    await keep.set("annotate:task-1", { assignment_id: "lost-turn", key: "annotate:task-1", answer: withBox, saved_at: T0, synced: true });
    expect(marksOf(await startingAnswer(turnOf(1), keep))).toEqual([box]);
    expect(marksOf(await startingAnswer(turnOf(1, { stage: "review" }), keep))).toEqual([]);
  });

  it("begin with the sent-back answer, else with the proposed one", async () => {
    const sentBack = turnOf(1, { sent_back: { comment: "x", answer: withBox, by: "reviewer" }, prelabels: {} });
    expect(marksOf(await startingAnswer(sentBack, memoryKeep()))).toEqual([box]);
    expect(marksOf(await startingAnswer(turnOf(1, { prelabels: withBox }), memoryKeep()))).toEqual([box]);
  });

  it("are swept when nobody came back for two weeks", async () => {
    const keep = memoryKeep<Draft>();
    await keep.set("old", { assignment_id: "x", key: "old", answer: {}, saved_at: T0 - 15 * 86_400_000, synced: true });
    await keep.set("new", { assignment_id: "y", key: "new", answer: {}, saved_at: T0 - 86_400_000, synced: true });
    await sweepDrafts(keep, T0);
    expect((await keep.all()).map(({ key }) => key)).toEqual(["new"]);
  });
});

describe("a stay at a project", () => {
  const photos: string[] = [];
  const stay = (server: SmallServer, change: { loadPhoto?: (url: string) => Promise<ImageBitmap>; outbox?: Outbox } = {}) => {
    photos.length = 0;
    const loadPhoto = change.loadPhoto ?? (async (url: string) => (photos.push(url), { url } as unknown as ImageBitmap));
    const outbox = change.outbox ?? new Outbox(memoryKeep(), server);
    return new Session("p", "annotate", { api: server, outbox, drafts: memoryKeep(), loadPhoto, releasePhoto: () => {}, now: Date.now });
  };
  const shown = (session: Session): string => (session.state.phase === "working" ? session.state.open.turn.assignment_id : session.state.phase);

  it("has the next photo claimed and decoded before it is asked for, and shows it without waiting", async () => {
    const server = new SmallServer(3);
    const session = stay(server);
    await session.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(photos).toEqual(["/photo-1", "/photo-2"]);
    void session.next();
    // Not a tick later: the state is already the next turn's, photo and all.
    expect(shown(session)).toBe("turn-2");
    expect(session.state.phase === "working" && session.state.open.photo).toBeTruthy();
  });

  it("goes on with held turns after a reload, but not with those whose answer is on its way", async () => {
    const server = new SmallServer(4);
    await server.claim("p", "annotate");
    await server.claim("p", "annotate");
    const outbox = new Outbox(memoryKeep(), { submit: () => new Promise(() => {}), rule: () => new Promise(() => {}) });
    await outbox.add(parcel(1));
    const session = stay(server, { outbox });
    await session.start();
    expect(shown(session)).toBe("turn-2");
  });

  it("says that there is nothing, and opens the next photo by itself once there is one", async () => {
    const server = new SmallServer(0);
    const session = stay(server);
    await session.start();
    expect(shown(session)).toBe("nothing");
    server.open.push(turnOf(9));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shown(session)).toBe("turn-9");
  });

  it("shows the last photo even when the prefetch got it while the worker asked for it", async () => {
    const server = new SmallServer(2);
    const session = stay(server);
    const claims: (() => void)[] = [];
    const claim = server.claim;
    let asked = 0;
    server.claim = async (project, stage) => {
      asked += 1;
      const turn = claim(project, stage);
      // The second claim, the prefetch, is answered late.
      if (asked === 2) await new Promise<void>((resolve) => claims.push(resolve));
      return turn;
    };
    await session.start();
    await session.next();
    expect(shown(session)).toBe("nothing");
    claims[0]!();
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(session)).toBe("turn-2");
  });

  it("tries again by itself while the server cannot be reached", async () => {
    const server = new SmallServer(1);
    server.fail = unreachable;
    const session = stay(server);
    await session.start();
    expect(shown(session)).toBe("failed");
    server.fail = null;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(shown(session)).toBe("turn-1");
  });

  it("does not start a prefetched turn whose time is nearly over, but gives it back", async () => {
    const server = new SmallServer(3);
    const session = stay(server);
    await session.start();
    await vi.advanceTimersByTimeAsync(1_800_000 - 30_000);
    server.open.unshift(turnOf(7, { lease_until: new Date(T0 + 3_600_000).toISOString(), server_time: new Date().toISOString() }));
    await session.next();
    expect(server.returned).toEqual(["turn-2"]);
    expect(shown(session)).toBe("turn-7");
  });

  it("tells which turn to give back when it ends", async () => {
    const session = stay(new SmallServer(2));
    await session.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(session.close()).toBe("turn-2");
  });

  it("says why a worker may not go on", async () => {
    const server = new SmallServer(1);
    server.fail = () => new ApiError(403, "forbidden", "You are suspended on this project.");
    const session = stay(server);
    await session.start();
    expect(session.state).toEqual({ phase: "refused", reason: "You are suspended on this project." });
  });

  it("asks for a fresh address when a photo's has expired, and else says what is wrong", async () => {
    const server = new SmallServer(2);
    let asked = 0;
    const expired = async (): Promise<ImageBitmap> => {
      asked += 1;
      if (asked === 1) throw new PhotoUnavailable(403, "expired");
      return {} as ImageBitmap;
    };
    const session = stay(server, { loadPhoto: expired });
    await session.start();
    expect(session.state.phase === "working" && session.state.open.photoProblem).toBeNull();
    const broken = stay(new SmallServer(1), { loadPhoto: async () => Promise.reject(new PhotoUnavailable(0, "This file is not a photo.")) });
    await broken.start();
    expect(broken.state.phase === "working" && broken.state.open.photoProblem).toBe("This file is not a photo.");
  });

  it("loads the photo also where something stands beside it, and misses none where there is none", async () => {
    const content = [{ type: "text" as const, text: "Taken at dusk.", title: null }];
    const server = new SmallServer(0);
    server.open = [turnOf(1, { content })];
    const beside = stay(server);
    await beside.start();
    expect(beside.state.phase === "working" && beside.state.open.photo).toBeTruthy();
    server.held = [];
    server.open = [turnOf(2, { content, media: null })];
    const alone = stay(server);
    await alone.start();
    expect(alone.state.phase === "working" && alone.state.open.photoProblem).toBeNull();
  });

  it("opens a refused answer for correction and then goes back to what was in hand", async () => {
    const server = new SmallServer(4);
    const outbox = new Outbox(memoryKeep(), { submit: async () => Promise.reject(new ApiError(400, "invalid", "no", [{ field: "annotations[0].label", message: "no" }])), rule: async () => {} });
    const session = stay(server, { outbox });
    await session.start();
    await outbox.add(parcel(1));
    await outbox.flush();
    await session.next();
    expect(shown(session)).toBe("turn-2");
    await session.reopen(outbox.state.refused[0]!);
    expect(shown(session)).toBe("turn-1");
    expect(session.state.phase === "working" && session.state.open).toMatchObject({ answer: { annotations: [box] }, problems: [{ field: "annotations[0].label" }] });
    expect(outbox.state.refused).toEqual([]);
    await session.next();
    expect(shown(session)).toBe("turn-2");
  });
});

it("knows its three places", () => {
  expect(placeOf("/work/")).toEqual({ name: "home" });
  expect(placeOf("/work/projects/p1/review")).toEqual({ name: "turns", projectId: "p1", stage: "review" });
  expect(placeOf("/work/projects/p1/other")).toEqual({ name: "unknown" });
});
