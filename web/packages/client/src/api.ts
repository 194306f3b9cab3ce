/** Every request the pages make, by noun. Paths and bodies are written here and nowhere else. */
import { request, upload, withQuery, type Query, type UploadOptions } from "./http";
import type {
  Answer,
  ApiKey,
  ApiKeyCreated,
  AssayEvent,
  Attachment,
  Audit,
  AuditVerdict,
  Batch,
  Callback,
  CallbackKeys,
  CallbackSettings,
  Crew,
  Delivery,
  ExportFormat,
  FieldProblem,
  Group,
  Id,
  Import,
  ImportAs,
  ImportFormat,
  ImportProblem,
  Me,
  Member,
  Mode,
  NewTask,
  Page,
  Progress,
  Project,
  ProjectDraft,
  ProjectState,
  ProjectVersion,
  ProjectWithProgress,
  ProjectWorker,
  ReviewItem,
  Role,
  SignInLink,
  SigningKey,
  SigningKeyCreated,
  TaskDetail,
  TaskRow,
  TasksCreated,
  Webhook,
  WebhookCreated,
  WebhookMode,
} from "./types";

type Signal = AbortSignal | undefined;

const get = <T>(path: string, query?: Query, signal?: Signal) => request<T>("GET", path, { query, signal });
const post = <T>(path: string, body?: unknown) => request<T>("POST", path, { body });
const patch = <T>(path: string, body: unknown) => request<T>("PATCH", path, { body });
const remove = <T = void>(path: string) => request<T>("DELETE", path);

export const sessions = {
  create: (token: string) => post<Me>("/v1/sessions", { token }),
  end: () => remove("/v1/sessions/current"),
  me: (signal?: Signal) => get<Me>("/v1/me", undefined, signal),
};

export const members = {
  list: (cursor?: string | null, signal?: Signal) => get<Page<Member>>("/v1/members", { cursor, limit: 200 }, signal),
  invite: (member: { name: string; email: string; role: Role }) => post<Member>("/v1/members", member),
  change: (id: Id, change: { name?: string; role?: Role; disabled?: boolean }) =>
    patch<Member>(`/v1/members/${id}`, change),
  signInLink: (id: Id) => post<SignInLink>(`/v1/members/${id}/sign-in-links`),
};

export const keys = {
  list: (signal?: Signal) => get<Page<ApiKey>>("/v1/api-keys", { limit: 200 }, signal),
  create: (key: { name: string; mode: Mode; role: Role; expires_at?: string }) =>
    post<ApiKeyCreated>("/v1/api-keys", key),
  revoke: (id: Id) => remove(`/v1/api-keys/${id}`),
};

export const signingKeys = {
  list: (signal?: Signal) => get<Page<SigningKey>>("/v1/signing-keys", { limit: 200 }, signal),
  create: (key: { name: string; mode: Mode; role: Role }) => post<SigningKeyCreated>("/v1/signing-keys", key),
  revoke: (id: Id) => remove(`/v1/signing-keys/${id}`),
};

export interface TaskFilters {
  state?: string | undefined;
  batch?: string | undefined;
  gold?: boolean | undefined;
  worker?: Id | undefined;
  agreement_max?: number | undefined;
  search?: string | undefined;
  order?: "newest" | "oldest" | "agreement" | undefined;
}

export const projects = {
  list: (query: { state?: ProjectState; cursor?: string | null; limit?: number } = {}, signal?: Signal) =>
    get<Page<ProjectWithProgress>>("/v1/projects", query, signal),
  get: (id: Id, signal?: Signal) => get<ProjectWithProgress>(`/v1/projects/${id}`, undefined, signal),
  create: (draft: ProjectDraft) => post<Project>("/v1/projects", draft),
  check: (draft: ProjectDraft, signal?: Signal) =>
    request<{ problems: FieldProblem[] }>("POST", "/v1/projects/check", { body: draft, signal }),
  change: (id: Id, change: Partial<Omit<ProjectDraft, "kind">> & { state?: ProjectState }) =>
    patch<Project>(`/v1/projects/${id}`, change),
  versions: (id: Id, signal?: Signal) =>
    get<Page<ProjectVersion>>(`/v1/projects/${id}/versions`, { limit: 200 }, signal),
  progress: (id: Id, signal?: Signal) => get<Progress>(`/v1/projects/${id}/progress`, undefined, signal),
  progressStreamUrl: (id: Id) => `/v1/projects/${id}/progress/stream`,
  exportUrl: (id: Id, format: ExportFormat, options: { state?: "completed" | "all"; golds?: boolean } = {}) =>
    withQuery(`/v1/projects/${id}/export`, { format, state: options.state, golds: options.golds || undefined }),
  workers: (id: Id, signal?: Signal) =>
    get<Page<ProjectWorker>>(`/v1/projects/${id}/workers`, { limit: 200 }, signal),
  suspend: (id: Id, workerId: Id, reason: string) =>
    post<ProjectWorker>(`/v1/projects/${id}/workers/${workerId}/suspend`, { reason }),
  reinstate: (id: Id, workerId: Id, reason?: string) =>
    post<ProjectWorker>(`/v1/projects/${id}/workers/${workerId}/reinstate`, reason ? { reason } : {}),
  crew: (id: Id, signal?: Signal) => get<Crew>(`/v1/projects/${id}/crew`, undefined, signal),
  setCrew: (id: Id, crew: { crew_only: boolean; worker_ids: Id[] }) =>
    request<Crew>("PUT", `/v1/projects/${id}/crew`, { body: crew }),
  groups: (id: Id, signal?: Signal) => get<Page<Group>>(`/v1/projects/${id}/groups`, undefined, signal),
  createGroup: (id: Id, group: { name: string; emails: string[] }) => post<Group>(`/v1/projects/${id}/groups`, group),
  changeGroup: (id: Id, groupId: Id, change: { name?: string; add_emails?: string[]; remove_emails?: string[] }) =>
    patch<Group>(`/v1/projects/${id}/groups/${groupId}`, change),
  /** Newest first. */
  batches: (id: Id, query: { cursor?: string | null; limit?: number }, signal?: Signal) =>
    get<Page<Batch>>(`/v1/projects/${id}/batches`, query, signal),
  reviews: (id: Id, cursor?: string | null, signal?: Signal) =>
    get<Page<ReviewItem>>(`/v1/projects/${id}/reviews`, { cursor, limit: 50 }, signal),
  attach: (id: Id, file: File, options: Omit<UploadOptions, "headers" | "query">) =>
    upload<Attachment>(`/v1/projects/${id}/attachments`, file, {
      ...options,
      headers: { "X-File-Name": encodeURIComponent(file.name) },
    }),
  createTasks: (id: Id, tasks: NewTask[], batch?: string, idempotencyKey?: string) =>
    request<TasksCreated>("POST", `/v1/projects/${id}/tasks`, {
      body: batch ? { batch, tasks } : { tasks },
      ...(idempotencyKey === undefined ? {} : { headers: { "Idempotency-Key": idempotencyKey } }),
    }),
  tasks: (id: Id, query: TaskFilters & { cursor?: string | null; limit?: number }, signal?: Signal) =>
    get<Page<TaskRow>>(`/v1/projects/${id}/tasks`, { ...query }, signal),
  import: (id: Id, file: File, format: ImportFormat, as: ImportAs, options: Omit<UploadOptions, "headers" | "query">) =>
    upload<Import>(`/v1/projects/${id}/imports`, file, {
      ...options,
      query: { format, as },
      headers: { "X-File-Name": encodeURIComponent(file.name) },
    }),
  imports: (id: Id, signal?: Signal) => get<Page<Import>>(`/v1/projects/${id}/imports`, { limit: 50 }, signal),
};

export const imports = {
  get: (id: Id, signal?: Signal) => get<Import>(`/v1/imports/${id}`, undefined, signal),
  problems: (id: Id, cursor?: string | null, signal?: Signal) =>
    get<Page<ImportProblem>>(`/v1/imports/${id}/problems`, { cursor, limit: 100 }, signal),
};

export const tasks = {
  get: (id: Id, signal?: Signal) => get<TaskDetail>(`/v1/tasks/${id}`, undefined, signal),
  cancel: (id: Id) => post<TaskRow>(`/v1/tasks/${id}/cancel`),
  reopen: (id: Id) => post<TaskRow>(`/v1/tasks/${id}/reopen`),
  makeGold: (id: Id, answer: Answer) => request<TaskRow>("PUT", `/v1/tasks/${id}/gold`, { body: { answer } }),
  removeGold: (id: Id) => remove<TaskRow>(`/v1/tasks/${id}/gold`),
  audit: (id: Id, audit: { verdict: AuditVerdict; comment?: string; answer?: Answer; duration_seconds: number }) =>
    post<Audit>(`/v1/tasks/${id}/audits`, audit),
};

export const batches = {
  finalize: (id: Id) => post<Batch>(`/v1/batches/${id}/finalize`),
  prioritize: (id: Id, priority: number) => request<Batch>("PUT", `/v1/batches/${id}/priority`, { body: { priority } }),
};

export const webhooks = {
  list: (signal?: Signal) => get<Page<Webhook>>("/v1/webhooks", { limit: 200 }, signal),
  create: (hook: { url: string; events: string[]; description?: string; mode?: WebhookMode }) =>
    post<WebhookCreated>("/v1/webhooks", hook),
  change: (id: Id, change: { url?: string; events?: string[]; mode?: WebhookMode; disabled?: boolean }) =>
    patch<Webhook>(`/v1/webhooks/${id}`, change),
  rotateSecret: (id: Id, overlapSeconds: number) =>
    post<WebhookCreated>(`/v1/webhooks/${id}/secret`, { overlap_seconds: overlapSeconds }),
  remove: (id: Id) => remove(`/v1/webhooks/${id}`),
  deliveries: (id: Id, cursor?: string | null, signal?: Signal) =>
    get<Page<Delivery>>(`/v1/webhooks/${id}/deliveries`, { cursor, limit: 50 }, signal),
  test: (id: Id) => post<Delivery>(`/v1/webhooks/${id}/test`),
  replay: (deliveryId: Id) => post<Delivery>(`/v1/deliveries/${deliveryId}/replay`),
};

export const callbacks = {
  settings: (signal?: Signal) => get<{ items: CallbackSettings[] }>("/v1/callbacks", undefined, signal),
  setAddress: (mode: Mode, address: string | null) => patch<CallbackSettings>("/v1/callbacks", { mode, address }),
  revealKeys: (mode: Mode) => post<CallbackKeys>("/v1/callbacks/keys/reveal", { mode }),
  rotateKeys: (mode: Mode, overlapSeconds: number) =>
    post<CallbackKeys>("/v1/callbacks/keys/rotate", { mode, overlap_seconds: overlapSeconds }),
  ofTask: (id: Id, signal?: Signal) => get<{ items: Callback[] }>(`/v1/tasks/${id}/callbacks`, undefined, signal),
  resend: (id: Id) => post<Callback>(`/v1/tasks/${id}/callbacks`),
  ofBatch: (id: Id, signal?: Signal) => get<{ items: Callback[] }>(`/v1/batches/${id}/callbacks`, undefined, signal),
  resendOfBatch: (id: Id) => post<Callback>(`/v1/batches/${id}/callbacks`),
};

export const events = {
  list: (query: { type?: string; project?: Id; cursor?: string | null; limit?: number }, signal?: Signal) =>
    get<Page<AssayEvent>>("/v1/events", query, signal),
};

export * as market from "./market";
