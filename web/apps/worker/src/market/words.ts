/** How money and states read. */

import type { Tone } from "@assay/ui";
import { duration } from "@assay/ui";
import type { Engagement, EngagementState, Payout, QualificationRequest } from "./api";

/** Minor units of a currency, as people write them: 5 of USD is "$0.05". */
export function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.format(minor / 10 ** digitsOf(currency));
}

export function digitsOf(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** What somebody typed, in minor units; null where it is no amount. */
export function minorOf(text: string, currency: string): number | null {
  const value = Number.parseFloat(text.trim());
  return Number.isFinite(value) && value >= 0 ? Math.round(value * 10 ** digitsOf(currency)) : null;
}

export const STATES: Readonly<Record<EngagementState, { readonly words: string; readonly tone: Tone }>> = {
  accepted: { words: "In your queue", tone: "accent" },
  submitted: { words: "Waiting", tone: "neutral" },
  approved: { words: "Approved", tone: "ok" },
  rejected: { words: "Rejected", tone: "danger" },
  returned: { words: "Returned", tone: "neutral" },
  abandoned: { words: "Time ran out", tone: "warn" },
};

export const PAYOUTS: Readonly<Record<Payout["state"], { readonly words: string; readonly tone: Tone }>> = {
  asked: { words: "Asked for", tone: "neutral" },
  sent: { words: "On its way", tone: "accent" },
  paid: { words: "Paid", tone: "ok" },
  failed: { words: "Failed", tone: "danger" },
};

export const REQUESTS: Readonly<Record<QualificationRequest["state"], string>> = {
  taking: "You are taking its test.",
  pending: "You asked for it; its requester decides.",
  granted: "You have it.",
  rejected: "It was refused.",
  lapsed: "The test’s time ran out.",
};

const KINDS: Readonly<Record<string, string>> = {
  pay: "Pay",
  pay_again: "Pay after a changed decision",
  bonus: "Bonus",
  payout_start: "Payout asked for",
  payout_finish: "Payout arrived",
  payout_fail: "Payout came back",
  reversal: "Reversal",
};

export const kindOf = (kind: string): string => KINDS[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll("_", " ");

/** A moment ahead: "tomorrow" is for calendars, "in 2 days" for people who wait. */
export function ahead(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1000;
  return seconds <= 0 ? "any moment now" : `in ${duration(seconds)}`;
}

/** What becomes of a turn, in one sentence. */
export function standing(one: Engagement, now: number): string {
  const pay = money(one.reward_minor, one.currency);
  switch (one.state) {
    case "accepted":
      return `Yours until its time runs out, ${ahead(one.deadline, now)}.`;
    case "submitted":
      return one.auto_approve_at ? `${pay} when it is approved; by itself ${ahead(one.auto_approve_at, now)}.` : `${pay} when it is approved.`;
    case "approved":
      return `${pay} is yours.`;
    case "rejected":
      return "It was rejected, and is not paid.";
    case "returned":
      return "You returned it. That counts against nobody.";
    case "abandoned":
      return "Its time ran out before you sent an answer.";
  }
}
