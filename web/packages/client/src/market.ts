/** What requesters, and those who run a market, read and change there. Amounts sent are texts, such as "0.50". */
import { request, withQuery, type Query } from "./http";
import type { Id } from "./ids";
import type { components } from "./schema";
import type { Mode, Page } from "./types";

type Schemas = components["schemas"];
type Signal = AbortSignal | undefined;

export type Amount = Schemas["Amount"];
export type Balance = Schemas["Balance"];
export type MarketSettings = Schemas["Settings"];
export type MarketSettingsChange = Schemas["SettingsChange"];
export type Offer = Schemas["Offer"];
export type NewOffer = Schemas["NewOffer"];
export type OfferPay = Schemas["OfferPay"];
export type Requirement = Schemas["Requirement"];
export type Posting = Schemas["Posting"];
export type NewPostings = Schemas["NewPostings"];
export type HandedIn = Schemas["native_engagements_Engagement"];
export type StatementLine = Schemas["StatementLine"];
export type QualificationType = Schemas["QualificationType"];
export type NewQualificationType = Schemas["NewQualificationType"];
export type Holder = Schemas["Holder"];
export type QualificationRequest = Schemas["WaitingRequest"];
export type Block = Schemas["Block"];
export type KnownFreelancer = Schemas["KnownFreelancer"];
export type FreelancerProfile = Schemas["Profile"];
export type ProgramKey = Schemas["SigningKey"];
export type ProgramKeyMade = Schemas["MadeSigningKey"];
export type Layout = Schemas["Layout"];
export type Requester = Schemas["Requester"];
export type Payout = Schemas["Payout"];

/** Where a page of a list begins and how much it holds; the first one without a cursor. */
export interface Paging {
  cursor?: string | null;
  limit?: number;
}

const get = <T>(path: string, query?: object, signal?: Signal) =>
  request<T>("GET", path, { query: query as Query | undefined, signal });
const send = <T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown, query?: Query) =>
  request<T>(method, path, { ...(body === undefined ? {} : { body }), query });

const M = "/v1/market";

/* ---- offers ---- */

export const offers = (query: Paging & { mode: Mode; project_id?: Id }, signal?: Signal) =>
  get<Page<Offer>>(`${M}/offers`, query, signal);
export const offer = (id: Id, signal?: Signal) => get<Offer>(`${M}/offers/${id}`, undefined, signal);
export const createOffer = (projectId: Id, terms: NewOffer) => send<Offer>("POST", `/v1/projects/${projectId}/offers`, terms);
export const pause = (id: Id) => send<Offer>("POST", `${M}/offers/${id}/pause`);
export const resume = (id: Id) => send<Offer>("POST", `${M}/offers/${id}/resume`);
export const postTasks = (id: Id, wanted: Partial<NewPostings>) =>
  send<{ task_ids: Id[] }>("POST", `${M}/offers/${id}/postings`, wanted);
export const postings = (query: Paging & { mode: Mode; offer_id: Id; status?: Posting["status"] | "" }, signal?: Signal) =>
  get<Page<Posting>>(`${M}/postings`, query, signal);
export const extendPosting = (id: Id, more: number) => send<Posting>("POST", `${M}/postings/${id}/extend`, { more });
export const endPosting = (id: Id, endsAt: string) => send<Posting>("POST", `${M}/postings/${id}/end`, { ends_at: endsAt });
export const handedIn = (offerId: Id, query: Paging & { state?: string }, signal?: Signal) =>
  get<Page<HandedIn>>(`${M}/offers/${offerId}/engagements`, query, signal);
export const approve = (id: Id, decision: { feedback?: string; override?: boolean } = {}) =>
  send<HandedIn>("POST", `${M}/engagements/${id}/approve`, decision);
export const reject = (id: Id, decision: { feedback: string; reason_code?: string }) =>
  send<HandedIn>("POST", `${M}/engagements/${id}/reject`, decision);

/* ---- money ---- */

export const settings = (signal?: Signal) => get<MarketSettings>(`${M}/settings`, undefined, signal);
export const changeSettings = (change: MarketSettingsChange) => send<MarketSettings>("PATCH", `${M}/settings`, change);
export const balance = (mode: Mode, signal?: Signal) => get<Balance>(`${M}/balance`, { mode }, signal);
export const statement = (query: Paging & { mode: Mode; since?: string; until?: string }, signal?: Signal) =>
  get<Page<StatementLine>>(`${M}/statement`, query, signal);
export const statementUrl = (query: { mode: Mode; since?: string; until?: string }) => withQuery(`${M}/statement.csv`, query);
export const pay = (query: Paging & { mode: Mode }, signal?: Signal) => get<Page<OfferPay>>(`${M}/pay`, query, signal);
export const payBonus = (engagementId: Id, bonus: { amount: string; reason: string; token: string }) =>
  send<Schemas["Bonus"]>("POST", `${M}/engagements/${engagementId}/bonuses`, bonus);
export const topUp = (offerId: Id, mode: Mode) =>
  send<Schemas["ToppedUp"]>("POST", `${M}/offers/${offerId}/top-up`, undefined, { mode });

/* ---- people and what they hold ---- */

export const freelancer = (id: Id, mode: Mode, signal?: Signal) => get<KnownFreelancer>(`${M}/freelancers/${id}`, { mode }, signal);
export const freelancers = (query: Paging & { words?: string }, signal?: Signal) =>
  get<Page<FreelancerProfile>>(`${M}/freelancers`, query, signal);
export const setMasters = (id: Id, masters: boolean) => send<FreelancerProfile>("PUT", `${M}/freelancers/${id}/masters`, { masters });
export const types = (query: Paging & { mode: Mode; owned?: boolean; words?: string }, signal?: Signal) =>
  get<Page<QualificationType>>(`${M}/qualification-types`, query, signal);
export const type = (id: Id, mode: Mode, signal?: Signal) => get<QualificationType>(`${M}/qualification-types/${id}`, { mode }, signal);
export const createType = (terms: Partial<NewQualificationType>, mode: Mode) =>
  send<QualificationType>("POST", `${M}/qualification-types`, terms, { mode });
export const changeType = (id: Id, change: Schemas["QualificationTypeChange"], mode: Mode) =>
  send<QualificationType>("PATCH", `${M}/qualification-types/${id}`, change, { mode });
export const holders = (id: Id, query: Paging & { mode: Mode; former?: boolean }, signal?: Signal) =>
  get<Page<Holder>>(`${M}/qualification-types/${id}/holders`, query, signal);
export const grant = (id: Id, freelancerId: Id, value: number, mode: Mode) =>
  send<Holder>("PUT", `${M}/qualification-types/${id}/holders/${freelancerId}`, { value }, { mode });
export const revoke = (id: Id, freelancerId: Id, reason: string, mode: Mode) =>
  send<void>("DELETE", `${M}/qualification-types/${id}/holders/${freelancerId}`, undefined, { mode, reason });
export const requests = (query: Paging & { mode: Mode; type_id?: Id }, signal?: Signal) =>
  get<Page<QualificationRequest>>(`${M}/qualification-requests`, query, signal);
export const acceptRequest = (id: Id, value: number, mode: Mode) =>
  send<Holder>("POST", `${M}/qualification-requests/${id}/accept`, { value }, { mode });
export const rejectRequest = (id: Id, reason: string, mode: Mode) =>
  send<void>("POST", `${M}/qualification-requests/${id}/reject`, reason === "" ? {} : { reason }, { mode });
export const blocks = (query: Paging & { mode: Mode }, signal?: Signal) => get<Page<Block>>(`${M}/blocks`, query, signal);
export const block = (id: Id, reason: string, mode: Mode) => send<void>("PUT", `${M}/blocks/${id}`, { reason }, { mode });
export const unblock = (id: Id, mode: Mode) => send<void>("DELETE", `${M}/blocks/${id}`, undefined, { mode });

/* ---- programs ---- */

export const signingKeys = (query: Paging, signal?: Signal) => get<Page<ProgramKey>>("/v1/signing-keys", query, signal);
export const makeSigningKey = (key: { name: string; mode: Mode; role: "manager" | "auditor" }) =>
  send<ProgramKeyMade>("POST", "/v1/signing-keys", key);
export const revokeSigningKey = (id: Id) => send<void>("DELETE", `/v1/signing-keys/${id}`);
export const layouts = (query: Paging, signal?: Signal) => get<Page<Layout>>(`${M}/layouts`, query, signal);
export const makeLayout = (layout: { name: string; html: string }) => send<Layout>("POST", `${M}/layouts`, layout);
export const retireLayout = (id: Id) => send<void>("DELETE", `${M}/layouts/${id}`);

/* ---- for those who run the market ---- */

export const requesters = (query: Paging, signal?: Signal) => get<Page<Requester>>(`${M}/requesters`, query, signal);
export const fund = (id: Id, payment: { amount: string; reference: string; memo: string }) =>
  send<Balance>("POST", `${M}/requesters/${id}/funds`, payment);
export const refund = (id: Id, payment: { amount: string; reference: string; memo: string }) =>
  send<Balance>("POST", `${M}/requesters/${id}/refunds`, payment);
export const payouts = (query: Paging & { mode: Mode; state?: string }, signal?: Signal) =>
  get<Page<Payout>>(`${M}/payouts`, query, signal);
export const payoutsUrl = (state: Payout["state"], mode: Mode) => withQuery(`${M}/payouts.csv`, { state, mode });
export const tellPayout = (id: Id, outcome: Schemas["PayoutOutcome"]) => send<Payout>("POST", `${M}/payouts/${id}/outcome`, outcome);
export const tellPayouts = (file: Blob) => send<Schemas["Results"]>("POST", `${M}/payouts/results`, file);
export const checkLedger = () => get<Schemas["treasury_Check"]>(`${M}/ledger-check`);
