/** A freelancer's requests: finding work, doing it, and what became of it. */

import { type Id, type components, request } from "@assay/client";
import type { Answer, Turn } from "../api";

type Schemas = components["schemas"];

export type Mode = "live" | "test";
export type Job = Schemas["Job"];
export type WhyNot = Schemas["WhyNot"];
export type Sort = Schemas["Filter"]["sort"];
export type SavedSearch = Schemas["SavedSearch"];
export type Engagement = Schemas["worker_wire_Engagement"];
export type TitledEngagement = Schemas["TitledEngagement"];
export type EngagementState = Engagement["state"];
export type Frame = Schemas["Frame"];
export type EngagementShown = Omit<Schemas["EngagementShown"], "turn"> & { readonly turn: Turn | null };
export type PostingPreview = Schemas["PostingPreview"];
export type Profile = Schemas["OwnProfile"];
export type ProfileChange = Schemas["ProfileChange"];
export type Market = Schemas["Market"];
export type OfferedQualification = Schemas["OfferedQualification"];
export type QualificationRequest = Schemas["QualificationRequest"];
export type Questionnaire = Schemas["Questionnaire"];
export type Question = Schemas["Question"];
export type Content = Question["contents"][number];
export type Earnings = Schemas["Earnings"];
export type Payout = Schemas["Payout"];
export type StatementLine = Schemas["StatementLine"];

export type OwnAppeal = Schemas["OwnAppeal"];

export interface Listed<T> {
  readonly items: readonly T[];
  readonly next_cursor?: string | null;
}

/** What one looks for; as in addresses, where what is not asked for is left out. */
export interface JobFilter {
  readonly words: string;
  readonly rewardMin: number | null;
  readonly hourlyMin: number | null;
  readonly minutesMax: number | null;
  readonly eligibleOnly: boolean;
  readonly sort: Sort;
}

const asQuery = (filter: JobFilter) => ({
  words: filter.words,
  reward_min_minor: filter.rewardMin,
  hourly_min_minor: filter.hourlyMin,
  duration_max_seconds: filter.minutesMax === null ? null : filter.minutesMax * 60,
});

const asSaved = (filter: JobFilter) => ({
  query: filter.words,
  reward_min_minor: filter.rewardMin,
  hourly_min_minor: filter.hourlyMin,
  duration_max_seconds: filter.minutesMax === null ? null : filter.minutesMax * 60,
  eligible_only: filter.eligibleOnly,
  sort: filter.sort,
});

const get = <T>(path: string, query: Record<string, string | number | boolean | null> = {}, signal?: AbortSignal) => request<T>("GET", path, { query, signal });
const post = <T>(path: string, body?: unknown) => request<T>("POST", path, { body });
const turnPath = (id: Id, verb = ""): string => `/v1/work/engagements/${id}${verb}`;

export const market = {
  jobs: (filter: JobFilter, mode: Mode, cursor: string | null, signal?: AbortSignal) =>
    get<Listed<Job>>("/v1/market/jobs", { ...asQuery(filter), eligible_only: filter.eligibleOnly, sort: filter.sort, mode, cursor, limit: 20 }, signal),
  nextJob: async (filter: JobFilter, mode: Mode) => (await get<{ job: Job | null }>("/v1/market/next-job", { ...asQuery(filter), mode })).job,
  previewOf: async (offerId: Id, mode: Mode, signal?: AbortSignal) => {
    const { posting_id } = await get<{ posting_id: Id }>(`/v1/market/jobs/${offerId}/preview`, { mode }, signal);
    return get<PostingPreview>(`/v1/work/postings/${posting_id}/preview`, {}, signal);
  },
  searches: async (mode: Mode, signal?: AbortSignal) => (await get<Listed<SavedSearch>>("/v1/market/searches", { mode }, signal)).items,
  saveSearch: (name: string, filter: JobFilter, mode: Mode) => request<SavedSearch>("PUT", `/v1/market/searches?mode=${mode}`, { body: { name, filter: asSaved(filter) } }),
  forgetSearch: (id: Id) => request<void>("DELETE", `/v1/market/searches/${id}`),

  acceptNext: (offerId: Id) => post<EngagementShown>(`/v1/work/jobs/${offerId}/accept`),
  engagements: (states: readonly EngagementState[], mode: Mode, cursor: string | null, signal?: AbortSignal) => {
    // A name that stands several times is not what `request` makes of a query.
    const named = states.map((state) => `states=${state}`).join("&");
    return get<Listed<TitledEngagement>>(`/v1/work/engagements${named && `?${named}&`}${named ? "" : "?"}mode=${mode}${cursor ? `&cursor=${cursor}` : ""}`, {}, signal);
  },
  engagement: (id: Id, signal?: AbortSignal) => get<EngagementShown>(turnPath(id), {}, signal),
  saveDraft: (id: Id, answer: Answer) => request<void>("PUT", turnPath(id, "/draft"), { body: { answer } }),
  submit: (id: Id, answer: Answer, seconds: number) => post<Engagement>(turnPath(id, "/submit"), { answer, duration_seconds: seconds }),
  extend: (id: Id) => post<Engagement>(turnPath(id, "/extend")),
  giveBack: (id: Id) => post<Engagement>(turnPath(id, "/return")),

  appeals: (mode: Mode, signal?: AbortSignal) => get<Listed<OwnAppeal>>("/v1/work/appeals", { mode, limit: 500 }, signal),
  appeal: (id: Id, words: string) => post<OwnAppeal>(turnPath(id, "/appeal"), { words }),

  profile: (mode: Mode, signal?: AbortSignal) => get<Profile>("/v1/market/profile", { mode }, signal),
  join: (change: ProfileChange) => post<Profile>("/v1/market/profile", change),
  changeProfile: (change: ProfileChange) => request<Profile>("PATCH", "/v1/market/profile", { body: change }),
  market: (id: Id, signal?: AbortSignal) => get<Market>("/v1/market/sign-ups", { market_id: id }, signal),
  signUp: (marketId: Id, name: string, email: string) => request<void>("POST", "/v1/market/sign-ups", { body: { market_id: marketId, name, email } }),

  offered: (words: string, mode: Mode, cursor: string | null, signal?: AbortSignal) => get<Listed<OfferedQualification>>("/v1/market/offered-qualifications", { words, mode, cursor }, signal),
  offeredOne: (id: Id, mode: Mode, signal?: AbortSignal) => get<OfferedQualification>(`/v1/market/offered-qualifications/${id}`, { mode }, signal),
  mine: async (mode: Mode, signal?: AbortSignal) => (await get<Listed<OfferedQualification>>("/v1/market/my-qualifications", { mode }, signal)).items,
  ask: (typeId: Id, mode: Mode) => post<QualificationRequest>(`/v1/market/offered-qualifications/${typeId}/ask?mode=${mode}`),
  beginTest: (typeId: Id, mode: Mode) => post<QualificationRequest>(`/v1/market/offered-qualifications/${typeId}/test?mode=${mode}`),
  submitTest: (requestId: Id, fields: Record<string, string | string[]>) => post<QualificationRequest>(`/v1/market/tests/${requestId}/submit`, { fields }),

  earnings: (mode: Mode, signal?: AbortSignal) => get<Earnings>("/v1/market/earnings", { mode }, signal),
  statement: (mode: Mode, cursor: string | null, signal?: AbortSignal) => get<Listed<StatementLine>>("/v1/market/earnings/statement", { mode, cursor, limit: 50 }, signal),
  payouts: (mode: Mode, signal?: AbortSignal) => get<Listed<Payout>>("/v1/market/earnings/payouts", { mode }, signal),
  askForPayout: (destination: string, amount: string, mode: Mode) => post<Payout>("/v1/market/earnings/payouts", { destination, mode, ...(amount ? { amount } : {}) }),
};
