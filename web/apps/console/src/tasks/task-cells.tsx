/** How a task shows itself in rows, wherever rows are. */
import type { Media, TaskRow } from "@assay/client";
import { Badge, Icon } from "@assay/ui";
import { useState } from "react";
import { TASK_TONE } from "../projects/states";

export function taskName(task: Pick<TaskRow, "unique_id" | "media" | "id" | "excerpt">): string {
  return task.unique_id ?? task.media?.file_name ?? (task.excerpt?.trim().slice(0, 80) || task.id.slice(0, 8));
}

/** A gold stays open for as long as there is work, so that "annotating" would say nothing of it. */
export function TaskStateBadge({ task }: { task: Pick<TaskRow, "state" | "is_gold"> }) {
  const state = <Badge tone={TASK_TONE[task.state]}>{task.state}</Badge>;
  if (!task.is_gold) return state;
  return (
    <span className="inline-flex gap-1">
      <Badge tone="warn" icon="star">gold</Badge>
      {task.state !== "annotating" && state}
    </span>
  );
}

export function Thumbnail({ media, excerpt = null }: { media: Media | null; excerpt?: string | null }) {
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <span className="size-9 shrink-0 rounded-small border border-border bg-sunken overflow-hidden grid place-items-center text-muted">
      {media && broken !== media.thumbnail_url ? (
        <img
          src={media.thumbnail_url}
          alt=""
          loading="lazy"
          decoding="async"
          className="size-full object-cover"
          onError={() => setBroken(media.thumbnail_url)}
        />
      ) : (
        <Icon name={excerpt === null ? "image" : "file"} />
      )}
    </span>
  );
}
