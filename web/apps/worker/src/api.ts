/** The worker's requests. Paths and bodies of `/v1/work` are written here and nowhere else. */

import type { WireTaxonomy } from "@assay/annotation";
import { CHANGE_HEADERS, type Id, type Me, type Media, type Time, request } from "@assay/client";
import type { ObjectVerdict } from "@assay/labeling";

export type Stage = "annotate" | "review";

/** An answer as it travels. Each kind of annotation has its own, and only its desk reads it. */
export type Answer = object;

/** A part of what a task shows, where that is not one photo. */
export type ShownItem =
  | { readonly type: "text"; readonly text: string; readonly title: string | null }
  | { readonly type: "image"; readonly media: Media; readonly title: string | null }
  | { readonly type: "link"; readonly url: string; readonly title: string | null }
  | { readonly type: "file"; readonly media: "audio" | "video" | "pdf"; readonly url: string; readonly content_type: string; readonly file_name: string; readonly title: string | null };

/** Where you stand in the training of a project: `done` of `wanted` tasks of this run, and the mean score that passes. */
export interface Training {
  readonly state: "practising" | "passed" | "failed";
  readonly done: number;
  readonly wanted: number;
  readonly score: number | null;
  readonly score_min: number;
  readonly run: number;
  readonly runs_max: number;
}

/** What practice came to, and the right answer. */
export interface Practised {
  readonly score: number;
  readonly answer: Answer;
  readonly training: Training;
}

export interface WorkProject {
  readonly id: Id;
  readonly name: string;
  readonly annotate_open: number;
  readonly review_open: number;
  readonly done_today: number;
  readonly training: Training | null;
  readonly suspended: boolean;
  readonly suspended_reason: string | null;
}

export interface Stats {
  readonly submitted_today: number;
  readonly submitted_total: number;
  readonly seconds_median: number | null;
}

export interface Judge {
  readonly answer: Answer;
  readonly agreement: number;
  readonly confidence: number;
  readonly reason: string | null;
  readonly objects: readonly ObjectVerdict[];
  readonly voices: readonly { readonly name: string; readonly submission_id: Id; readonly answer: Answer }[];
  readonly may_send_back: boolean;
}

export interface Turn {
  readonly assignment_id: Id;
  readonly task_id: Id;
  readonly project_id: Id;
  readonly project_name: string;
  readonly kind: string;
  readonly stage: Stage;
  readonly round: number;
  readonly claimed_at: Time;
  readonly lease_until: Time;
  readonly extension_available: boolean;
  readonly server_time: Time;
  readonly instructions: string;
  readonly taxonomy: WireTaxonomy;
  readonly media: Media | null;
  readonly content: readonly ShownItem[] | null;
  readonly prelabels: Answer | null;
  readonly draft: Answer | null;
  readonly sent_back: { readonly comment: string; readonly answer: Answer; readonly by: "reviewer" | "customer" } | null;
  readonly review: Judge | null;
  /** Set for a task to practise on. */
  readonly practice: Training | null;
}

export type SkipReason = "unclear" | "too_hard" | "not_my_language" | "other";
export type ReportReason = "does_not_load" | "wrong_content" | "offensive" | "duplicate" | "other";

export interface Ruling {
  readonly verdict: "accept" | "fix" | "send_back";
  readonly comment?: string;
  readonly answer?: Answer;
  readonly duration_seconds: number;
}

const turnPath = (id: Id, verb = ""): string => `/v1/work/turns/${id}${verb}`;
const post = <T>(path: string, body?: unknown) => request<T>("POST", path, { body });

export const work = {
  me: (signal?: AbortSignal) => request<Me>("GET", "/v1/me", { signal }),
  signOut: () => request<void>("DELETE", "/v1/sessions/current"),
  stats: (signal?: AbortSignal) => request<Stats>("GET", "/v1/work/me/stats", { signal }),
  projects: async (signal?: AbortSignal) => (await request<{ items: WorkProject[] }>("GET", "/v1/work/projects", { signal })).items,
  turns: async (signal?: AbortSignal) => (await request<{ items: Turn[] }>("GET", "/v1/work/turns", { signal })).items,
  turn: (id: Id) => request<Turn>("GET", turnPath(id)),
  /** Nothing when no turn fits now. */
  claim: (projectId: Id, stage: Stage) => post<Turn | undefined>(`/v1/work/projects/${projectId}/claim`, { stage }),
  saveDraft: (id: Id, answer: Answer) => request<void>("PUT", turnPath(id, "/draft"), { body: { answer } }),
  submit: (id: Id, body: { readonly answer: Answer; readonly duration_seconds: number }) => post(turnPath(id, "/submit"), body),
  /** The same of practice, to be waited for. */
  practise: (id: Id, body: { readonly answer: Answer; readonly duration_seconds: number }) =>
    post<{ readonly submission_id: Id; readonly practice?: Practised }>(turnPath(id, "/submit"), body),
  rule: (id: Id, ruling: Ruling) => post(turnPath(id, "/review"), ruling),
  extend: (id: Id) => post<{ lease_until: Time; extension_available: boolean }>(turnPath(id, "/extend")),
  skip: (id: Id, reason: SkipReason, comment?: string) => post<void>(turnPath(id, "/skip"), { reason, ...(comment ? { comment } : {}) }),
  report: (id: Id, reason: ReportReason, comment?: string) => post<void>(turnPath(id, "/report"), { reason, ...(comment ? { comment } : {}) }),
  giveBack: (id: Id) => post<void>(turnPath(id, "/return")),
};

export type WorkApi = typeof work;

/** The same, sent while the page is going away: the browser finishes it after we are gone. */
export function giveBackOnLeave(id: Id): void {
  void fetch(turnPath(id, "/return"), { method: "POST", keepalive: true, headers: CHANGE_HEADERS }).catch(() => {
    // The lease runs out by itself.
  });
}
