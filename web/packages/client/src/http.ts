/** One way to the server: same origin, cookie session, JSON both ways, every failure an `ApiError`. */
import type { FieldProblem } from "./types";

/**
 * The server refused, or could not be reached (`status` 0, `code` "unreachable").
 *
 * `detail` is a sentence for people; `problems` name fields in the request's own words.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly problems: readonly FieldProblem[] = [],
    readonly requestId: string | null = null,
  ) {
    super(detail);
  }

  /** Worth trying again without changing anything. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface RequestOptions {
  query?: Query | undefined;
  /** A JSON value, or a Blob sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Absent, null and empty parameters are left out. */
export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Cookie requests that change something carry this header, which other sites cannot send. */
export const CHANGE_HEADERS: Readonly<Record<string, string>> = { "X-Assay-Request": "1" };

interface ProblemDetails {
  title?: unknown;
  detail?: unknown;
  code?: unknown;
  problems?: unknown;
  request_id?: unknown;
}

/** Reads problem details; anything else (a proxy's page, an empty body) becomes a plain sentence. */
export function problemFrom(status: number, text: string): ApiError {
  let body: ProblemDetails = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) body = parsed;
  } catch {
    // Not JSON: the status has to say it all.
  }
  const problems = Array.isArray(body.problems)
    ? body.problems.filter(
        (p): p is FieldProblem =>
          typeof p === "object" && p !== null && typeof p.field === "string" && typeof p.message === "string",
      )
    : [];
  const detail = [body.detail, body.title].find((value) => typeof value === "string" && value !== "");
  return new ApiError(
    status,
    typeof body.code === "string" ? body.code : `http_${status}`,
    typeof detail === "string" ? detail : fallbackSentence(status),
    problems,
    typeof body.request_id === "string" ? body.request_id : null,
  );
}

function fallbackSentence(status: number): string {
  if (status === 401) return "You are signed out.";
  if (status === 403) return "Your role does not allow this.";
  if (status === 404) return "There is no such thing here any more.";
  if (status === 413) return "This is larger than the server accepts.";
  if (status === 429) return "Too many requests at once. Wait a moment and try again.";
  if (status >= 500) return "The server could not answer. Try again in a moment.";
  return `The server answered ${status}.`;
}

/** Sends one request and gives the JSON answer (undefined for 204). Raises `ApiError`, or the abort's own error. */
export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (method !== "GET") Object.assign(headers, CHANGE_HEADERS);
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (options.signal !== undefined) init.signal = options.signal;
  if (options.body instanceof Blob) {
    init.body = options.body;
  } else if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }

  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "The server cannot be reached. Check the connection and try again.");
  }
  if (!response.ok) throw problemFrom(response.status, await response.text().catch(() => ""));
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export interface UploadOptions {
  headers?: Record<string, string>;
  query?: Query;
  signal?: AbortSignal;
  /** Bytes sent so far, of all. */
  onProgress?: (sent: number, total: number) => void;
}

/** A raw body with progress, which `fetch` cannot report. */
export function upload<T>(path: string, body: Blob, options: UploadOptions = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", withQuery(path, options.query));
    for (const [name, value] of Object.entries({ Accept: "application/json", ...CHANGE_HEADERS, ...options.headers })) {
      xhr.setRequestHeader(name, value);
    }
    xhr.upload.onprogress = (event) => options.onProgress?.(event.loaded, event.total);
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) {
        try {
          resolve(JSON.parse(xhr.responseText) as T);
        } catch {
          reject(new ApiError(xhr.status, "unreadable", "The server's answer could not be read."));
        }
      } else reject(problemFrom(xhr.status, xhr.responseText));
    };
    xhr.onerror = () => reject(new ApiError(0, "unreachable", "The connection broke while sending."));
    xhr.onabort = () => reject(new DOMException("Stopped", "AbortError"));
    options.signal?.addEventListener("abort", () => xhr.abort(), { once: true });
    if (options.signal?.aborted) return reject(new DOMException("Stopped", "AbortError"));
    xhr.send(body);
  });
}
