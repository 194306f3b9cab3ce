/** How states look and read, in one place for tables, badges and bars. */
import type { Progress, ProjectState, TaskState } from "@assay/client";
import type { Tone } from "@assay/ui";

export const STATE_DOT: Record<ProjectState, string> = {
  active: "bg-ok-fill",
  paused: "bg-warn-fill",
  archived: "bg-border-strong",
};

export const PROJECT_TONE: Record<ProjectState, Tone> = { active: "ok", paused: "warn", archived: "neutral" };

export const TASK_TONE: Record<TaskState, Tone> = {
  preparing: "neutral",
  annotating: "accent",
  reviewing: "warn",
  completed: "ok",
  cancelled: "neutral",
  broken: "danger",
};

/** Parts of the whole in the order work flows. */
export function progressParts(progress: Progress): { name: TaskState; value: number; tone: Tone }[] {
  return (["completed", "reviewing", "annotating", "preparing", "broken", "cancelled"] as const).map((name) => ({
    name,
    value: progress[name],
    tone: TASK_TONE[name],
  }));
}

/** What can still be completed: all but the cancelled and the broken. */
export function completable(progress: Progress): number {
  return progress.total - progress.cancelled - progress.broken;
}
