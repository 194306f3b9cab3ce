/**
 * The upload queue: what is waiting, going up, up, or failed, and what happens next. A value and plain functions;
 * `runner.ts` holds the network.
 */

export type UploadState = "waiting" | "sending" | "sent" | "failed" | "cancelled";

export interface UploadItem {
  readonly id: number;
  /** Path inside the chosen folder, or the file's name. */
  readonly path: string;
  readonly size: number;
  readonly state: UploadState;
  readonly sentBytes: number;
  readonly attempts: number;
  /** Why it failed, in words. */
  readonly reason: string | null;
  /** Whether the same file may succeed another time (a broken connection), or never will (not a photo). */
  readonly worthRetrying: boolean;
  readonly attachmentId: string | null;
  readonly duplicate: boolean;
}

export interface Queue {
  readonly items: readonly UploadItem[];
  readonly paused: boolean;
}

export const PARALLEL = 4;
export const ATTEMPTS_MAX = 3;

export const EMPTY_QUEUE: Queue = { items: [], paused: false };

/** Files already in the queue by path and size are not added again; they are counted in `repeated`. */
export function added(queue: Queue, files: readonly { path: string; size: number }[], firstId: number): { queue: Queue; repeated: number; ids: (number | null)[] } {
  const known = new Set(queue.items.filter((item) => item.state !== "cancelled").map((item) => `${item.path}\n${item.size}`));
  const items: UploadItem[] = [];
  const ids = files.map((file) => {
    const mark = `${file.path}\n${file.size}`;
    if (known.has(mark)) return null;
    known.add(mark);
    const id = firstId + items.length;
    items.push({
      id,
      path: file.path,
      size: file.size,
      state: "waiting",
      sentBytes: 0,
      attempts: 0,
      reason: null,
      worthRetrying: false,
      attachmentId: null,
      duplicate: false,
    });
    return id;
  });
  return { queue: { ...queue, items: [...queue.items, ...items] }, repeated: files.length - items.length, ids };
}

/** The ids to start now: the first waiting, while fewer than four are going up. */
export function startable(queue: Queue): number[] {
  if (queue.paused) return [];
  const sending = queue.items.filter((item) => item.state === "sending").length;
  return queue.items
    .filter((item) => item.state === "waiting")
    .slice(0, Math.max(0, PARALLEL - sending))
    .map((item) => item.id);
}

function mapItem(queue: Queue, id: number, change: (item: UploadItem) => UploadItem): Queue {
  return { ...queue, items: queue.items.map((item) => (item.id === id ? change(item) : item)) };
}

export function started(queue: Queue, id: number): Queue {
  return mapItem(queue, id, (item) => ({ ...item, state: "sending", sentBytes: 0, attempts: item.attempts + 1, reason: null }));
}

export function progressed(queue: Queue, id: number, sentBytes: number): Queue {
  return mapItem(queue, id, (item) => (item.state === "sending" ? { ...item, sentBytes: Math.min(sentBytes, item.size) } : item));
}

export function succeeded(queue: Queue, id: number, attachmentId: string, duplicate: boolean): Queue {
  return mapItem(queue, id, (item) => ({ ...item, state: "sent", sentBytes: item.size, attachmentId, duplicate }));
}

/** A passing failure waits for another turn until three were tried; a lasting one is final at once. */
export function failed(queue: Queue, id: number, reason: string, transient: boolean): Queue {
  return mapItem(queue, id, (item) =>
    transient && item.attempts < ATTEMPTS_MAX
      ? { ...item, state: "waiting", sentBytes: 0, reason }
      : { ...item, state: "failed", sentBytes: 0, reason, worthRetrying: transient },
  );
}

/** What was interrupted by a pause goes back to the line, and the attempt is not held against it. */
export function interrupted(queue: Queue, id: number): Queue {
  return mapItem(queue, id, (item) =>
    item.state === "sending" ? { ...item, state: "waiting", sentBytes: 0, attempts: item.attempts - 1 } : item,
  );
}

export function cancelled(queue: Queue, ids: readonly number[]): Queue {
  const chosen = new Set(ids);
  return {
    ...queue,
    items: queue.items.map((item) =>
      chosen.has(item.id) && (item.state === "waiting" || item.state === "sending")
        ? { ...item, state: "cancelled", sentBytes: 0 }
        : item,
    ),
  };
}

/** All that failed goes back to the line, also what we think hopeless: the person asked. */
export function retried(queue: Queue): Queue {
  return {
    ...queue,
    items: queue.items.map((item) =>
      item.state === "failed" ? { ...item, state: "waiting", attempts: 0, reason: null, sentBytes: 0 } : item,
    ),
  };
}

export interface QueueSummary {
  total: number;
  waiting: number;
  sending: number;
  sent: number;
  failed: number;
  cancelled: number;
  duplicates: number;
  bytes: number;
  bytesSent: number;
  /** Nothing waits and nothing is going up. */
  idle: boolean;
}

export function summary(queue: Queue): QueueSummary {
  const result: QueueSummary = {
    total: 0, waiting: 0, sending: 0, sent: 0, failed: 0, cancelled: 0, duplicates: 0, bytes: 0, bytesSent: 0, idle: true,
  };
  for (const item of queue.items) {
    result[item.state] += 1;
    if (item.state === "cancelled") continue;
    result.total += 1;
    result.bytes += item.size;
    result.bytesSent += item.sentBytes;
    if (item.duplicate) result.duplicates += 1;
  }
  result.idle = result.waiting === 0 && result.sending === 0;
  return result;
}

const PHOTO = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif|heic|heif)$/i;
const NOISE = /(^|\/)(\.[^/]+|__MACOSX\/.*|Thumbs\.db|desktop\.ini)$/i;

/** Folders hold more than photos. What is plainly none is set aside before it is sent, and said. */
export function sortFiles<F extends { path: string; type: string }>(files: readonly F[]): { photos: F[]; others: F[] } {
  const visible = files.filter((file) => !NOISE.test(file.path));
  const isPhoto = (file: F) => file.type.startsWith("image/") ? file.type !== "image/svg+xml" : file.type === "" && PHOTO.test(file.path);
  return { photos: visible.filter(isPhoto), others: visible.filter((file) => !isPhoto(file)) };
}

/** Lines of a pasted list: trimmed, without blanks, comments and repeats, with what is no http(s) address apart. */
export function readUrls(text: string): { urls: string[]; wrong: { line: number; text: string }[] } {
  const urls = new Set<string>();
  const wrong: { line: number; text: string }[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const parsed = URL.canParse(line) ? new URL(line) : null;
    if (parsed && (parsed.protocol === "https:" || parsed.protocol === "http:")) urls.add(line);
    else wrong.push({ line: index + 1, text: line });
  }
  return { urls: [...urls], wrong };
}
