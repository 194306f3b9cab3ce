/** The panels beside the photo: the result, the layers, the objects, and what is on record of the task. */
import type { TaskDetail } from "@assay/client";
import { ago, Badge, Button, count, counted, cx, duration, IconButton, percent, Progress } from "@assay/ui";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, type ReactNode } from "react";
import { disagreement, type Layer, type SceneObject } from "./scene";

const ORIGINS = {
  submission: "one person's answer",
  consensus: "merged from several",
  review: "corrected by a reviewer",
  audit: "corrected by the customer",
  made_up: "made up, as its key only tries things out; nobody answered",
} as const;

export function Verdict({ task }: { task: TaskDetail }) {
  const confidence = task.response?.confidence ?? task.consensus?.confidence ?? task.confidence;
  const agreement = task.consensus?.agreement ?? task.agreement;
  return (
    <section aria-label="Result" className="px-4 py-3 grid grid-cols-2 gap-3 border-b border-border">
      {!task.is_gold && <Gauge name="Confidence" value={confidence} />}
      {!task.is_gold && <Gauge name="Agreement" value={task.submissions.length > 1 ? agreement : null} />}
      <p className="col-span-2 text-2 text-muted">
        {task.is_gold
          ? "A gold: its answer is known, and workers are checked against it."
          : task.response
          ? `Accepted ${ago(task.response.accepted_at, Date.now())}: ${ORIGINS[task.response.origin]}.`
          : task.state === "reviewing"
            ? "Waits for a reviewer."
            : task.submissions.length === 0
              ? "Nobody has answered yet."
              : "Not decided yet."}
      </p>
    </section>
  );
}

function Gauge({ name, value }: { name: string; value: number | null }) {
  return (
    <div>
      <div className="flex justify-between text-2">
        <span className="text-muted">{name}</span>
        <span className="font-medium">{percent(value)}</span>
      </div>
      <Progress label={name} value={value ?? 0} max={1} tone={value === null ? "neutral" : value < 0.6 ? "danger" : value < 0.8 ? "warn" : "ok"} className="mt-1" />
    </div>
  );
}

export function Layers({ task, layers, hidden, onShow }: { task: TaskDetail; layers: readonly Layer[]; hidden: ReadonlySet<string>; onShow: (keys: readonly string[], shown: boolean) => void }) {
  if (layers.length === 0) return null;
  const people = layers.filter((layer) => layer.kind === "submission").map((layer) => layer.key);
  const allHidden = people.every((key) => hidden.has(key));
  return (
    <section aria-label="Layers" className="py-2">
      <div className="flex items-center px-4 h-7">
        <h2 className="text-2 font-medium text-muted grow">{task.media ? "Shown on the photo" : "Shown"}</h2>
        {people.length > 1 && (
          <Button size="small" variant="ghost" className="-mr-2" onClick={() => onShow(people, allHidden)}>
            {allHidden ? "Show" : "Hide"} all people
          </Button>
        )}
      </div>
      <ul>
        {layers.map((layer) => {
          const shown = !hidden.has(layer.key);
          const submission = task.submissions.find((each) => each.id === layer.key);
          const notes = [
            counted(layer.answer.annotations?.length ?? 0, "mark"),
            !layer.counted && "not counted",
            submission && duration(submission.duration_seconds),
            submission?.agreement_with_consensus != null && `agrees ${percent(submission.agreement_with_consensus)}`,
            submission?.gold_score != null && `gold score ${percent(submission.gold_score)}`,
          ].filter(Boolean);
          return (
            <li key={layer.key} className="flex items-center gap-2 pl-4 pr-2 py-1 hover:bg-hover">
              <span aria-hidden="true" className={cx("size-3 rounded-small border border-black/40 shrink-0", !shown && "opacity-30")} style={{ background: layer.color }} />
              <span className={cx("grow min-w-0", !shown && "opacity-60")}>
                <span className="block text-3 truncate">{layer.name}</span>
                <span className="block text-1 text-muted truncate">{notes.join(" · ")}</span>
              </span>
              <IconButton size="small" icon={shown ? "eye" : "eyeOff"} label={`${shown ? "Hide" : "Show"} ${layer.name}`} aria-pressed={shown} onClick={() => onShow([layer.key], !shown)} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function Objects({ objects, highlighted, picked, titleOf: title, onHover, onPick, layers }: { objects: readonly SceneObject[]; highlighted: string | null; picked: string | null; titleOf: (label: string) => string; onHover: (key: string | null) => void; onPick: (key: string | null) => void; layers: readonly Layer[] }) {
  const listRef = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // What was picked on the photo may be further down the list.
    if (picked) listRef.current?.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest" });
  }, [picked]);
  if (objects.length === 0) return <p className="px-4 py-6 text-3 text-muted text-center">Nothing is marked on this photo.</p>;
  return (
    <ul ref={listRef} className="py-1">
      {objects.map((object) => {
        const why = disagreement(object);
        return (
          <li key={object.key}>
            <button
              type="button"
              aria-pressed={picked === object.key}
              onMouseEnter={() => onHover(object.key)}
              onMouseLeave={() => onHover(null)}
              onFocus={() => onHover(object.key)}
              onBlur={() => onHover(null)}
              onClick={() => onPick(object.key)}
              className={cx("w-full text-left px-4 py-1.5 flex items-center gap-3 -outline-offset-2", picked === object.key ? "bg-accent-soft" : highlighted === object.key && "bg-hover")}
            >
              <span className="grow min-w-0">
                <span className="flex items-center gap-2 text-3">
                  <span className={cx("truncate", !object.kept && "line-through text-muted")}>{title(object.label)}</span>
                  {!object.kept && <Badge>voted out</Badge>}
                </span>
                {why && <span className="block text-1 text-muted">{why}</span>}
              </span>
              <span className="flex gap-0.5 shrink-0" aria-hidden="true">
                {object.members
                  .map((member) => layers.find((layer) => layer.key === member.layerKey))
                  .filter((layer): layer is Layer => layer?.kind === "submission")
                  .map((layer) => (
                    <span key={layer.key} title={layer.name} className="size-2 rounded-full border border-black/30" style={{ background: layer.color }} />
                  ))}
              </span>
              {object.confidence !== null && (
                <span className={cx("w-10 text-right text-3", object.confidence < 0.6 ? "text-danger" : "text-muted")}>{percent(object.confidence)}</span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

export function Details({ task, projectId }: { task: TaskDetail; projectId: string }) {
  const rows: [string, ReactNode][] = [
    ["Id", <code key="id" className="font-mono text-2 break-all">{task.id}</code>],
    ["Unique id", task.unique_id],
    ["File", task.media?.file_name],
    ["Size", task.media && `${count(task.media.width)} × ${count(task.media.height)} px`],
    ["Batch", task.batch && <Link to="/console/projects/$projectId/tasks" params={{ projectId }} search={{ batch: task.batch }} className="text-accent">{task.batch}</Link>],
    ["Priority", task.priority],
    ["Project version", task.project_version],
    ["Created", ago(task.created_at, Date.now())],
    ["Completed", task.completed_at && ago(task.completed_at, Date.now())],
  ];
  const metadata = Object.keys(task.metadata).length > 0;
  const attributes = Object.entries((task.response ?? task.consensus)?.answer.attributes ?? {});
  return (
    <div className="px-4 py-3 flex flex-col gap-4">
      <dl className="grid grid-cols-[110px_1fr] gap-x-3 gap-y-1.5 text-3">
        {rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
      {attributes.length > 0 && (
        <section>
          <h3 className="text-2 font-medium mb-1">About the whole photo</h3>
          <dl className="grid grid-cols-[110px_1fr] gap-x-3 gap-y-1.5 text-3">
            {attributes.map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-muted">{name}</dt>
                <dd>{Array.isArray(value) ? value.join(", ") : String(value)}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {metadata && (
        <section>
          <h3 className="text-2 font-medium mb-1">Metadata</h3>
          <pre className="font-mono text-2 bg-sunken rounded-medium p-3 overflow-x-auto">{JSON.stringify(task.metadata, null, 2)}</pre>
        </section>
      )}
    </div>
  );
}
