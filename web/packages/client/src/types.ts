/**
 * The values that travel between server and pages. Ids are UUID strings; times are RFC 3339 in UTC.
 *
 * Those that the server's OpenAPI says as exactly as the pages need are taken from it. The others say more: an
 * answer's shapes, unions of words, what is always given where the server has a default; contract.ts holds them to it.
 */
import type { Answer, Media, ShownItem } from "./answers";
import type { Id, Time } from "./ids";
import type { components } from "./schema";
import type { ConsensusObject, ReviewReason } from "./tasks";
import type { Taxonomy } from "./taxonomy";

export * from "./answers";
export * from "./ids";
export * from "./tasks";
export * from "./taxonomy";

type Schemas = components["schemas"];

/* ---- how the work is done ---- */

export type Overlap =
  | { mode: "fixed"; count: number }
  | { mode: "adaptive"; minimum: number; maximum: number; agreement_min: number };

export type ReviewRule =
  | { mode: "none" }
  | { mode: "all" }
  | { mode: "sample"; rate: number }
  | { mode: "low_agreement"; agreement_min: number };

export interface GoldRule {
  rate: number;
  score_min: number;
  accuracy_min: number;
  answers_min: number;
}

export interface MergeRule {
  iou_min: number;
  vote_min: number;
}

/** Practice before work: so many tasks make a run, and a run whose mean score reaches the bar passes. */
export interface TrainingRule {
  tasks: number;
  score_min: number;
  runs_max: number;
}

export interface Policy {
  overlap: Overlap;
  review: ReviewRule;
  gold: GoldRule;
  training: TrainingRule;
  merge: MergeRule;
  lease_seconds: number;
  extension_seconds: number;
  skips_max: number;
  send_backs_max: number;
}

/* ---- people ---- */

export type Role = "owner" | "manager" | "reviewer" | "annotator" | "auditor";

export type Permission =
  | "market.read"
  | "market.write"
  | "project.read"
  | "project.write"
  | "task.read"
  | "task.write"
  | "review.queue"
  | "worker.read"
  | "worker.write"
  | "member.read"
  | "member.write"
  | "key.read"
  | "key.write"
  | "webhook.read"
  | "webhook.write"
  | "callback.keys"
  | "export.read"
  | "event.read"
  | "work.annotate"
  | "work.review";

export interface Me {
  member_id: Id;
  worker_id: Id | null;
  name: string;
  email: string;
  role: Role;
  /** `market_id`: where it offers work to freelancers; its own id if it is a market. */
  organization: { id: Id; name: string; market_id?: Id | null };
  permissions: string[];
}

export type Member = Schemas["Member"];

export type SignInLink = Schemas["SignInLink"];

export type Mode = "live" | "test";

export interface ApiKey {
  id: Id;
  name: string;
  mode: Mode;
  role: Role;
  prefix: string;
  created_at: Time;
  expires_at: Time | null;
  revoked_at: Time | null;
  last_used_at: Time | null;
}

export interface ApiKeyCreated extends ApiKey {
  key: string;
}

/** For programs that sign their requests; the access key is no secret. */
export interface SigningKey {
  id: Id;
  access_key: string;
  name: string;
  mode: Mode;
  role: Role;
  temporary: boolean;
  created_at: Time;
  expires_at: Time | null;
  revoked_at: Time | null;
  last_used_at: Time | null;
}

export interface SigningKeyCreated extends SigningKey {
  secret: string;
  session_token: string | null;
}

/* ---- projects ---- */

/** What sort of thing is labelled, as the pages know it. */
export type Kind = "image" | "form" | "entities" | "document" | "stored";

export type ProjectState = "active" | "paused" | "archived";

export interface Project {
  id: Id;
  name: string;
  kind: Kind;
  version: number;
  instructions: string;
  taxonomy: Taxonomy;
  policy: Policy;
  state: ProjectState;
  mode: Mode;
  created_at: Time;
  updated_at: Time;
}

export interface ProjectDraft {
  name: string;
  kind: Kind;
  instructions: string;
  taxonomy: Taxonomy;
  policy: Policy;
}

/** Counts of tasks unless the name says otherwise. */
export type Progress = Schemas["Progress"];

export interface ProjectWithProgress extends Project {
  progress: Progress;
}

export interface ProjectVersion {
  version: number;
  instructions: string;
  taxonomy: Taxonomy;
  policy: Policy;
  created_at: Time;
}

export type Batch = Schemas["Batch"];

export type ProjectWorker = Schemas["ProjectWorker"];

/* ---- data in ---- */

export type Attachment = Schemas["Attachment"];

export interface NewTask {
  attachment_id?: Id;
  url?: string;
  unique_id?: string;
  metadata?: Record<string, unknown>;
  priority?: number;
  prelabels?: Answer;
  gold?: Answer;
  content?: ({ type: "text"; text: string; title?: string } | { type: "image"; attachment_id: Id; title?: string })[];
  taxonomy?: Taxonomy;
}

export interface FieldProblem {
  field: string;
  message: string;
}

export type TasksCreated = Schemas["BulkResult"];

export type ImportFormat = "jsonl" | "csv" | "urls" | "coco" | "yolo" | "voc" | "assay";
export type ImportAs = "tasks" | "prelabels" | "golds";

export interface Import {
  id: Id;
  project_id: Id;
  format: ImportFormat;
  as: ImportAs;
  file_name: string;
  state: "running" | "done" | "failed";
  total: number;
  done: number;
  /** Of those done: what the row asks for was there already. */
  existing: number;
  failed: number;
  message: string | null;
  created_at: Time;
  finished_at: Time | null;
}

export type ImportProblem = Schemas["ImportProblem"];

export type ExportFormat = "coco" | "yolo" | "voc" | "jsonl" | "csv" | "conll" | "spans" | "regions";

/* ---- webhooks ---- */

export type Webhook = Schemas["Webhook"];

export type WebhookCreated = Schemas["MadeWebhook"];

export type WebhookMode = Webhook["mode"];

export type Delivery = Schemas["Delivery"];

/* ---- crews and groups ---- */

export type Colleague = Schemas["Colleague"];

export type Crew = Schemas["Crew"];

export type Group = Schemas["Group"];

/* ---- callbacks ---- */

export type CallbackSettings = Schemas["CallbackSettings"];

export type CallbackKeys = Schemas["CallbackKeys"];

export type Callback = Schemas["Callback"];

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/* ---- the worker's face ---- */

/** Where a worker stands in the training of a project. */
export interface WorkTraining {
  state: "practising" | "passed" | "failed";
  done: number;
  wanted: number;
  score: number | null;
  score_min: number;
  run: number;
  runs_max: number;
}

export interface WorkProject {
  id: Id;
  name: string;
  kind: Kind;
  annotate_open: number;
  review_open: number;
  done_today: number;
  training: WorkTraining | null;
  suspended: boolean;
  suspended_reason: string | null;
}

export interface TurnReview {
  answer: Answer;
  agreement: number;
  confidence: number;
  reason: ReviewReason;
  objects: ConsensusObject[];
  voices: { name: string; submission_id: Id; answer: Answer }[];
  may_send_back: boolean;
}

export interface Turn {
  assignment_id: Id;
  task_id: Id;
  project_id: Id;
  project_name: string;
  kind: Kind;
  stage: "annotate" | "review";
  round: number;
  claimed_at: Time;
  lease_until: Time;
  extension_available: boolean;
  server_time: Time;
  instructions: string;
  taxonomy: Taxonomy;
  /** Either a photo or `content` is shown. */
  media: Media | null;
  content: ShownItem[] | null;
  prelabels: Answer | null;
  draft: Answer | null;
  sent_back: { comment: string; answer: Answer; by: "reviewer" | "customer" } | null;
  review: TurnReview | null;
  practice: WorkTraining | null;
}

export type WorkerStats = Schemas["Stats"];
