/** What a batch is and what is about to happen to it, in words. Pure. */
import type { Batch, ProjectWithProgress } from "@assay/client";
import { count, counted, type Tone } from "@assay/ui";

export const STATE_WORDS: Record<Batch["state"], string> = { staging: "staging", in_progress: "in progress", completed: "completed" };

export const STATE_TONE: Record<Batch["state"], Tone> = { staging: "warn", in_progress: "accent", completed: "ok" };

/** Nothing to be said of the ordinary purpose. */
export const PURPOSES: Partial<Record<Batch["purpose"], { name: string; meaning: string }>> = {
  calibration: { name: "calibration", meaning: "Comes before other batches, and every answer is reviewed" },
  self_label: { name: "self-label", meaning: "For owners and managers to do themselves" },
};

/** Parts of the whole in the order work flows; what is open waits where the batch is in staging. */
export function batchParts(batch: Batch): { name: string; value: number; tone: Tone }[] {
  return [
    { name: "completed", value: batch.completed, tone: "ok" },
    { name: "open", value: batch.open - batch.set_aside, tone: batch.state === "staging" ? "neutral" : "accent" },
    { name: "set aside", value: batch.set_aside, tone: "warn" },
    { name: "unreadable", value: batch.unreadable, tone: "danger" },
    { name: "cancelled", value: batch.cancelled, tone: "neutral" },
  ];
}

/** "3 of 8 tasks done"; what can no longer be completed is no part of the whole. */
export function progressWords(batch: Batch): string {
  if (batch.tasks === 0) return "No tasks yet";
  const whole = batch.open + batch.completed;
  if (whole === 0) return "Nothing left to do";
  return batch.state === "staging" ? `${counted(batch.open, "task")} waiting` : `${count(batch.completed)} of ${counted(whole, "task")} done`;
}

/** Where it is served among batches of one priority; none where nobody put it in order. */
export function orderWords(rank: number | null): string | null {
  if (rank === null) return null;
  return rank === 0 ? "before all" : `${rank}${ordinalEnd(rank)}`;
}

function ordinalEnd(rank: number): string {
  if (rank % 100 >= 11 && rank % 100 <= 13) return "th";
  return ["th", "st", "nd", "rd"][rank % 10] ?? "th";
}

/** Who will be offered its tasks. */
export function whoWords(batch: Pick<Batch, "purpose" | "groups">): string {
  if (batch.purpose === "self_label") return "owners and managers";
  if (batch.groups.length > 0) return `the people in ${listed(batch.groups.map((group) => group.name))}`;
  return "workers";
}

export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** What finalizing will do, sentence by sentence. */
export function finalizeWords(batch: Batch, project: Pick<ProjectWithProgress, "state" | "kind">): string[] {
  const said: string[] = [];
  if (batch.tasks === 0) said.push("It has no tasks yet: those that come are worked on at once.");
  else if (batch.open === 0) said.push("None of its tasks is left to do, so it is completed at once and takes no more.");
  else if (project.kind === "stored") said.push(`${waiting(batch.open)} in progress, and stay pending until there is an editor for them.`);
  else {
    said.push(`${batch.open === 1 ? "Its one waiting task is" : `Its ${count(batch.open)} waiting tasks are`} offered to ${whoWords(batch)} from now on.`);
    if (project.state !== "active") said.push(`The project is ${project.state}, so that begins when it is active again.`);
  }
  if (batch.tasks === 0 || batch.open > 0) said.push("Tasks may still be added until all are done; then it takes no more.");
  if (batch.callback !== null) said.push(`${batch.callback} is told when all are done.`);
  said.push("This cannot be undone.");
  return said;
}

const waiting = (open: number): string => (open === 1 ? "Its one task is then" : `Its ${count(open)} tasks are then`);

/** What a priority typed into a field is, if it is one. */
export function priorityOf(text: string): number | null {
  const value = Number(text);
  return /^\d{1,3}$/.test(text.trim()) && value <= 100 ? value : null;
}
