import { Badge, Button, buttonClass, bytes, count, counted, cx, Field, Icon, IconButton, Input, Panel, Progress, Spinner } from "@assay/ui";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState, useSyncExternalStore, type DragEvent } from "react";
import { useProject } from "../project/ProjectLayout";
import { filesOfDrop, filesOfPicker } from "./drop";
import { sortFiles, summary, type UploadItem, type UploadState } from "./queue";
import type { PathFile } from "./runner";
import { uploadSession, type UploadSession } from "./session";

export function PhotosPanel() {
  const project = useProject();
  const queryClient = useQueryClient();
  const [session] = useState(() =>
    uploadSession(project.id, () => {
      for (const key of ["tasks", "progress", "project", "batches"]) void queryClient.invalidateQueries({ queryKey: [key, project.id] });
      void queryClient.invalidateQueries({ queryKey: ["projects"] });
    }),
  );
  useSyncExternalStore(session.subscribe, session.version);
  const [setAside, setSetAside] = useState<{ others: string[]; repeated: number } | null>(null);
  const [reading, setReading] = useState(false);
  const { queue } = session.runner;
  const total = summary(queue);

  const add = (files: readonly PathFile[]) => {
    const { photos, others } = sortFiles(files.map((each) => ({ ...each, type: each.file.type })));
    const repeated = session.runner.add(photos);
    setSetAside(others.length > 0 || repeated > 0 ? { others: others.map((each) => each.path), repeated } : null);
  };

  return (
    <>
      <DropZone
        compact={queue.items.length > 0}
        reading={reading}
        onDrop={async (transfer) => {
          setReading(true);
          try {
            add(await filesOfDrop(transfer));
          } finally {
            setReading(false);
          }
        }}
        onPick={(list) => add(filesOfPicker(list))}
      />
      {setAside && (
        <details className="text-2 text-muted">
          <summary>
            {[
              setAside.others.length > 0 && counted(setAside.others.length, "file is not a photo and was left out", "files are not photos and were left out"),
              setAside.repeated > 0 && `${counted(setAside.repeated, "photo was", "photos were")} in the list already`,
            ]
              .filter(Boolean)
              .join("; ")}
            .
          </summary>
          <ul className="mt-1 pl-4 list-disc max-h-40 overflow-y-auto">
            {setAside.others.slice(0, 200).map((path) => <li key={path} className="break-all">{path}</li>)}
          </ul>
        </details>
      )}
      {queue.items.length === 0 ? (
        <Field label="Batch" optional hint="A name to find these photos by later. Set it before you drop them." className="max-w-80">
          {(control) => (
            <Input {...control} defaultValue={session.batch} maxLength={200} onChange={(event) => (session.batch = event.target.value)} />
          )}
        </Field>
      ) : (
        <Panel
          flush
          title={
            <span className="flex items-center gap-2">
              {total.idle ? (total.failed > 0 ? <Icon name="alert" className="text-danger" /> : <Icon name="check" className="text-ok" />) : queue.paused ? <Icon name="pause" /> : <Spinner />}
              {count(total.sent)} of {counted(total.total, "photo")} sent
            </span>
          }
          actions={
            <>
              {!total.idle &&
                (queue.paused ? (
                  <Button size="small" icon="play" onClick={() => session.runner.resume()}>Resume</Button>
                ) : (
                  <Button size="small" icon="pause" onClick={() => session.runner.pause()}>Pause</Button>
                ))}
              {!total.idle && (
                <Button size="small" variant="ghost" onClick={() => session.runner.cancel()}>Cancel the rest</Button>
              )}
              {total.idle && session.creation.kind !== "creating" && (
                <Button size="small" variant="ghost" onClick={() => { session.clear(); setSetAside(null); }}>Clear list</Button>
              )}
            </>
          }
        >
          <div className="p-4 flex flex-col gap-2">
            <Progress label="Bytes sent" value={total.bytesSent} max={total.bytes} tone={total.failed > 0 ? "warn" : "accent"} className="h-2" />
            <p className="text-2 text-muted flex flex-wrap gap-x-4">
              <span>{bytes(total.bytesSent)} of {bytes(total.bytes)}</span>
              {session.batch.trim() && <span>batch “{session.batch.trim()}”</span>}
              {total.duplicates > 0 && <span>{counted(total.duplicates, "photo")} the project has already</span>}
              {total.cancelled > 0 && <span>{count(total.cancelled)} cancelled</span>}
              {total.failed > 0 && <span className="text-danger">{count(total.failed)} failed</span>}
            </p>
          </div>
          <Creation session={session} projectId={project.id} />
          {total.failed > 0 && <Failures items={queue.items.filter((item) => item.state === "failed")} onRetry={() => session.runner.retryFailed()} />}
          <FileList items={queue.items} onCancel={(id) => session.runner.cancel([id])} />
        </Panel>
      )}
    </>
  );
}

function DropZone({ compact, reading, onDrop, onPick }: { compact: boolean; reading: boolean; onDrop: (transfer: DataTransfer) => void; onPick: (files: FileList) => void }) {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const filesRef = useRef<HTMLInputElement>(null);
  const folderRef = useRef<HTMLInputElement>(null);
  const onChange = (event: React.ChangeEvent<HTMLInputElement>) => {
    if (event.target.files) onPick(event.target.files);
    event.target.value = "";
  };
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  return (
    <div
      role="group"
      aria-label="Add photos"
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth.current += 1;
        setOver(true);
      }}
      onDragOver={(event) => {
        if (hasFiles(event)) event.preventDefault();
      }}
      onDragLeave={() => {
        depth.current -= 1;
        if (depth.current <= 0) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        onDrop(event.dataTransfer);
      }}
      className={cx(
        "border-2 border-dashed rounded-large flex flex-col items-center justify-center text-center gap-2 px-4 transition-colors",
        compact ? "py-5" : "py-14",
        over ? "border-accent bg-accent-soft" : "border-border bg-surface",
      )}
    >
      {!compact && (
        <span className="size-11 rounded-large bg-sunken border border-border grid place-items-center text-muted">
          <Icon name="upload" size={22} />
        </span>
      )}
      <p className="text-4 font-medium" aria-live="polite">
        {reading ? "Reading the folder…" : over ? "Let go to add them" : compact ? "Drop more photos or folders here" : "Drop photos or folders here"}
      </p>
      {!compact && <p className="text-3 text-muted">JPEG, PNG or WebP. Each photo becomes one task.</p>}
      <div className="flex gap-2 mt-1">
        <Button icon="image" onClick={() => filesRef.current?.click()}>Choose files</Button>
        <Button icon="folder" onClick={() => folderRef.current?.click()}>Choose a folder</Button>
      </div>
      <input ref={filesRef} type="file" multiple accept="image/jpeg,image/png,image/webp" className="hidden" aria-label="Photo files" onChange={onChange} />
      <input
        ref={(element) => {
          folderRef.current = element;
          // React has no property for it; without the attribute the picker offers files only.
          element?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        multiple
        className="hidden"
        aria-label="Photo folder"
        onChange={onChange}
      />
    </div>
  );
}

function Creation({ session, projectId }: { session: UploadSession; projectId: string }) {
  const { creation } = session;
  if (creation.kind === "none") return null;
  const frame = "flex items-center gap-3 flex-wrap px-4 py-3 border-t border-border text-3";
  if (creation.kind === "creating") return <p className={frame} role="status"><Spinner /> Making tasks of them…</p>;
  if (creation.kind === "failed") {
    return (
      <div className={cx(frame, "bg-danger-soft text-danger")} role="alert">
        <Icon name="alert" />
        <span className="grow">The photos are there, but their tasks could not be made: {creation.reason}</span>
        <Button size="small" icon="retry" onClick={() => void session.makeTasks()}>Try again</Button>
      </div>
    );
  }
  const { created, existing, failures } = creation.result;
  return (
    <div className={frame} role="status">
      <Icon name="check" className="text-ok" />
      <span className="grow">
        {counted(created, "task")} made{existing > 0 && `, ${count(existing)} there already`}
        {failures.length > 0 && <span className="text-danger">, {count(failures.length)} refused</span>}.
      </span>
      <Link to="/console/projects/$projectId/tasks" params={{ projectId }} search={session.batch.trim() ? { batch: session.batch.trim() } : {}} className={buttonClass("secondary", "small")}>
        Show tasks
      </Link>
      {failures.length > 0 && (
        <ul className="w-full text-2 text-muted max-h-48 overflow-y-auto">
          {failures.slice(0, 500).map((failure, index) => (
            <li key={index} className="break-words"><span className="font-mono">{failure.path}</span>: {failure.reason}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Failures({ items, onRetry }: { items: readonly UploadItem[]; onRetry: () => void }) {
  return (
    <section className="border-t border-border" aria-label="Failed">
      <div className="flex items-center gap-2 px-4 py-2 bg-danger-soft">
        <Icon name="alert" className="text-danger" />
        <h3 className="text-3 font-medium text-danger grow">{counted(items.length, "photo")} did not make it</h3>
        <Button size="small" variant="ghost" icon="download" onClick={() => saveReport(items)}>Report</Button>
        <Button size="small" icon="retry" onClick={onRetry}>Retry failed</Button>
      </div>
      <ul className="max-h-60 overflow-y-auto divide-y divide-border">
        {items.slice(0, 500).map((item) => (
          <li key={item.id} className="px-4 py-2 text-3">
            <span className="block break-all">{item.path}</span>
            <span className="block text-2 text-muted">{item.reason}{!item.worthRetrying && " Trying again will not help."}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What failed and why, as a CSV to work through. */
function saveReport(items: readonly UploadItem[]): void {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = ["file,reason", ...items.map((item) => `${quote(item.path)},${quote(item.reason ?? "")}`)];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
  link.download = "failed-photos.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const RANK: Record<UploadState, number> = { sending: 0, waiting: 1, failed: 2, sent: 3, cancelled: 4 };
const SHOWN_MAX = 200;

function FileList({ items, onCancel }: { items: readonly UploadItem[]; onCancel: (id: number) => void }) {
  const listed = items.filter((item) => item.state !== "failed").toSorted((a, b) => RANK[a.state] - RANK[b.state] || a.id - b.id);
  if (listed.length === 0) return null;
  return (
    <ul className="border-t border-border divide-y divide-border max-h-96 overflow-y-auto" aria-label="Files">
      {listed.slice(0, SHOWN_MAX).map((item) => (
        <li key={item.id} className="flex items-center gap-3 px-4 h-9 text-3">
          <span className="grow min-w-0 truncate" title={item.path}>{item.path}</span>
          {item.reason && item.state === "waiting" && <span className="text-2 text-warn truncate max-w-60 hidden sm:inline">{item.reason} Trying again.</span>}
          <span className="text-2 text-muted w-16 text-right shrink-0">{bytes(item.size)}</span>
          <span className="w-24 shrink-0 flex justify-end">
            {item.state === "sending" ? (
              <Progress label={`${item.path} sent`} value={item.sentBytes} max={item.size} className="w-full" />
            ) : item.state === "sent" ? (
              <Badge tone={item.duplicate ? "neutral" : "ok"}>{item.duplicate ? "had it" : "sent"}</Badge>
            ) : (
              <Badge>{item.state}</Badge>
            )}
          </span>
          <span className="w-7 shrink-0">
            {(item.state === "sending" || item.state === "waiting") && (
              <IconButton size="small" icon="close" label={`Cancel ${item.path}`} onClick={() => onCancel(item.id)} />
            )}
          </span>
        </li>
      ))}
      {listed.length > SHOWN_MAX && <li className="px-4 py-2 text-2 text-muted">and {count(listed.length - SHOWN_MAX)} more</li>}
    </ul>
  );
}
