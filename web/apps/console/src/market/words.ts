/** The market's words, as its pages say them. Pure. */
import type { HandedIn, Posting, QualificationType, Requirement } from "@assay/client";
import type { Tone } from "@assay/ui";

const KINDS: Record<string, string> = {
  fund: "Money sent in",
  withdraw: "Money sent back",
  hold: "Set aside",
  release: "Came back",
  pay: "Answer paid",
  pay_again: "Answer paid after all",
  bonus: "Bonus",
};

/** Kinds of movement; one that is new to the pages as the server calls it. */
export const kindWords = (kind: string): string => KINDS[kind] ?? kind.replaceAll("_", " ");

export const STATUSES: Record<Posting["status"], { name: string; tone: Tone; meaning: string }> = {
  assignable: { name: "open", tone: "accent", meaning: "Somebody can take it" },
  unassignable: { name: "taken", tone: "neutral", meaning: "All its places are taken" },
  reviewable: { name: "to decide", tone: "warn", meaning: "All its answers are in, or its time is over" },
  reviewing: { name: "reviewing", tone: "warn", meaning: "You said that you look at it" },
  disposed: { name: "put away", tone: "neutral", meaning: "Done for good" },
};

export const STATES: Record<string, { name: string; tone: Tone }> = {
  submitted: { name: "to decide", tone: "warn" },
  approved: { name: "approved", tone: "ok" },
  rejected: { name: "rejected", tone: "danger" },
};

/** The market's own types. */
export const SYSTEM = {
  masters: "00000000-0000-0000-0000-000000000010",
  approved: "00000000-0000-0000-0000-000000000040",
  adult: "00000000-0000-0000-0000-000000000060",
  place: "00000000-0000-0000-0000-000000000071",
  percent: "00000000-0000-0000-0000-000000000072",
} as const;

export const SYSTEM_NAMES: Record<string, string> = {
  [SYSTEM.percent]: "Percent approved",
  [SYSTEM.approved]: "Approved answers",
  [SYSTEM.place]: "Place",
  [SYSTEM.masters]: "Masters",
  [SYSTEM.adult]: "Adult content",
};

export const COMPARATORS: Record<Requirement["comparator"], string> = {
  at_least: "at least",
  more: "more than",
  at_most: "at most",
  less: "less than",
  equal: "is",
  not_equal: "is not",
  in: "is one of",
  not_in: "is none of",
  held: "is held",
  not_held: "is not held",
};

export function requirementWords(requirement: Requirement, types: readonly QualificationType[]): string {
  const name = SYSTEM_NAMES[requirement.type_id] ?? types.find((type) => type.id === requirement.type_id)?.name ?? "Another requester's qualification";
  const places = (requirement.locales ?? []).map((place) => (place.subdivision ? `${place.country}-${place.subdivision}` : place.country));
  const values = [...(requirement.integers ?? []).map(String), ...places].join(", ");
  return [name, COMPARATORS[requirement.comparator], values].filter(Boolean).join(" ");
}

/** An answer as lines of a name and what was said. Marks are counted by label: their picture is on the task's page. */
export function answerLines(answer: HandedIn["answer"]): { name: string; text: string }[] {
  if (!answer) return [];
  const lines: { name: string; text: string }[] = [];
  const attributes = answer["attributes"];
  if (typeof attributes === "object" && attributes !== null) {
    for (const [name, value] of Object.entries(attributes)) lines.push({ name, text: said(value) });
  }
  for (const [name, value] of Object.entries(answer)) {
    if (name === "attributes") continue;
    if (Array.isArray(value)) {
      if (value.length > 0 || name === "annotations") lines.push({ name, text: tally(value) });
    } else if (value !== null) lines.push({ name, text: said(value) });
  }
  return lines;
}

function said(value: unknown): string {
  if (Array.isArray(value)) return value.map(said).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function tally(items: readonly unknown[]): string {
  if (items.length === 0) return "none";
  if (!items.every((item) => typeof item === "object" && item !== null && "label" in item)) return said(items);
  const counts = new Map<string, number>();
  for (const item of items as { label: unknown }[]) counts.set(String(item.label), (counts.get(String(item.label)) ?? 0) + 1);
  return [...counts].map(([label, number]) => `${number} × ${label}`).join(", ");
}

/** A time as a choice of few: "2 h" for forms that ask for no seconds. */
export const HOURS = 3600;
export const DAYS = 86_400;
