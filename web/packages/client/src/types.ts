/** The values that travel between server and pages. Ids are UUID strings; times are RFC 3339 in UTC. */

export type Id = string;
export type Time = string;

/* ---- what may be marked ---- */

export type Shape = "box" | "polygon" | "polyline" | "point";
export type AttributeType = "category" | "multiselect" | "number" | "text";

export interface Choice {
  name: string;
  title?: string | null;
}

export interface Condition {
  attribute: string;
  any_of: string[];
}

export interface Attribute {
  name: string;
  type: AttributeType;
  title?: string | null;
  choices?: Choice[];
  required?: boolean;
  minimum?: number | null;
  maximum?: number | null;
  length_max?: number;
  when?: Condition | null;
}

/** Sizes are image pixels; `color` is `#rrggbb`; `shapes: []` is a heading that only groups its children. */
export interface Label {
  name: string;
  title?: string | null;
  color?: string | null;
  shapes?: Shape[];
  rotatable?: boolean;
  width_min?: number;
  height_min?: number;
  attributes?: Attribute[];
  children?: Label[];
}

export interface Taxonomy {
  labels?: Label[];
  attributes?: Attribute[];
}

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

export interface Policy {
  overlap: Overlap;
  review: ReviewRule;
  gold: GoldRule;
  merge: MergeRule;
  lease_seconds: number;
  extension_seconds: number;
  skips_max: number;
  send_backs_max: number;
}

/* ---- answers: coordinates are original image pixels, origin top-left ---- */

export type AttributeValue = string | number | string[];
export type Vertex = [number, number];

interface MarkBase {
  id: string;
  label: string;
  attributes?: Record<string, AttributeValue>;
}

/** `rotation` in degrees, clockwise on the screen, about the centre. */
export interface BoxMark extends MarkBase {
  type: "box";
  x: number;
  y: number;
  width: number;
  height: number;
  rotation?: number;
}

/** `rings[0]` is the outline, the others are holes; not closed. */
export interface PolygonMark extends MarkBase {
  type: "polygon";
  rings: Vertex[][];
}

export interface PolylineMark extends MarkBase {
  type: "polyline";
  points: Vertex[];
}

export interface PointMark extends MarkBase {
  type: "point";
  x: number;
  y: number;
}

export type Mark = BoxMark | PolygonMark | PolylineMark | PointMark;

export interface Answer {
  annotations?: Mark[];
  attributes?: Record<string, AttributeValue>;
}

export interface Media {
  id: Id;
  url: string;
  width: number;
  height: number;
  display_url: string;
  display_width: number;
  display_height: number;
  thumbnail_url: string;
  content_type: string;
  file_name: string;
}

/* ---- people ---- */

export type Role = "owner" | "manager" | "reviewer" | "annotator" | "auditor";

export type Permission =
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
  organization: { id: Id; name: string };
  permissions: string[];
}

export interface Member {
  id: Id;
  name: string;
  email: string;
  role: Role;
  worker_id: Id | null;
  created_at: Time;
  disabled_at: Time | null;
  last_seen_at: Time | null;
}

export interface SignInLink {
  url: string;
  expires_at: Time;
}

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

/* ---- projects ---- */

export type ProjectState = "active" | "paused" | "archived";

export interface Project {
  id: Id;
  name: string;
  kind: "image";
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
  kind: "image";
  instructions: string;
  taxonomy: Taxonomy;
  policy: Policy;
}

/** Counts of tasks unless the name says otherwise. */
export interface Progress {
  project_id: Id;
  total: number;
  preparing: number;
  annotating: number;
  reviewing: number;
  completed: number;
  cancelled: number;
  broken: number;
  golds: number;
  open_assignments: number;
  /** Reviews waiting to be claimed. */
  open_reviews: number;
  active_assignments: number;
  submissions: number;
  annotations: number;
  completed_last_hour: number;
  eta_seconds: number | null;
  agreement_mean: number | null;
  confidence_mean: number | null;
}

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

export interface Batch {
  name: string;
  tasks: number;
  completed: number;
  created_at: Time;
}

export interface ProjectWorker {
  id: Id;
  name: string;
  kind: "person" | "model";
  submissions: number;
  active: number;
  seconds_median: number | null;
  agreement_mean: number | null;
  golds_answered: number;
  golds_right: number;
  gold_accuracy: number | null;
  gold_interval: [number, number] | null;
  suspended_at: Time | null;
  suspended_reason: string | null;
  last_active_at: Time | null;
}

/* ---- tasks ---- */

export type TaskState = "preparing" | "annotating" | "reviewing" | "completed" | "cancelled" | "broken";

export interface TaskRow {
  id: Id;
  unique_id: string | null;
  state: TaskState;
  is_gold: boolean;
  batch: string | null;
  priority: number;
  metadata: Record<string, unknown>;
  media: Media | null;
  /** Why there is no photo, when it could not be fetched or read. */
  media_problem: string | null;
  submissions: number;
  agreement: number | null;
  confidence: number | null;
  created_at: Time;
  completed_at: Time | null;
}

export interface Assignment {
  id: Id;
  stage: "annotate" | "review";
  round: number;
  state: "open" | "claimed" | "submitted" | "skipped" | "reported" | "expired" | "returned" | "cancelled";
  worker: { id: Id; name: string; kind: "person" | "model" } | null;
  claimed_at: Time | null;
  closed_at: Time | null;
  lease_until: Time | null;
  reason: string | null;
}

export interface Submission {
  id: Id;
  assignment_id: Id;
  worker: { id: Id; name: string };
  round: number;
  answer: Answer;
  duration_seconds: number;
  submitted_at: Time;
  gold_score: number | null;
  agreement_with_consensus: number | null;
}

export interface ConsensusObject {
  annotation_id: string;
  label: string;
  kept: boolean;
  confidence: number;
  label_share: number;
  spread_iou: number;
  /** Pairs of an index into the consensus' `submission_ids` and an annotation id in that submission. */
  members: [number, string][];
}

export interface Consensus {
  answer: Answer;
  confidence: number;
  agreement: number;
  objects: ConsensusObject[];
  submission_ids: Id[];
}

export type Verdict = "accept" | "fix" | "send_back";

export interface Review {
  id: Id;
  reviewer: { id: Id; name: string };
  verdict: Verdict;
  comment: string | null;
  answer: Answer | null;
  created_at: Time;
}

export interface TaskResponse {
  answer: Answer;
  confidence: number;
  origin: "submission" | "consensus" | "review";
  accepted_at: Time;
}

export interface AssayEvent {
  id: Id;
  type: string;
  at: Time;
  actor: { kind: "member" | "worker" | "key" | "system"; id: Id | null; name: string | null };
  project_id: Id | null;
  task_id: Id | null;
  data: Record<string, unknown>;
}

/** One task with all that was said about it. `submissions` is the list here, and a count in `TaskRow`. */
export interface TaskDetail extends Omit<TaskRow, "submissions"> {
  project_id: Id;
  project_version: number;
  round: number;
  prelabels: Answer | null;
  gold: Answer | null;
  broken_reason: string | null;
  assignments: Assignment[];
  submissions: Submission[];
  consensus: Consensus | null;
  reviews: Review[];
  response: TaskResponse | null;
  events: AssayEvent[];
}

export type ReviewReason = "low_agreement" | "all" | "sample";

export interface ReviewItem {
  task: TaskRow;
  assignment_id: Id;
  waiting_since: Time;
  reason: ReviewReason;
  claimed_by: { id: Id; name: string } | null;
}

/* ---- data in ---- */

export interface Attachment {
  id: Id;
  media: Media;
  duplicate: boolean;
}

export interface NewTask {
  attachment_id?: Id;
  url?: string;
  unique_id?: string;
  metadata?: Record<string, unknown>;
  priority?: number;
  prelabels?: Answer;
  gold?: Answer;
}

export interface FieldProblem {
  field: string;
  message: string;
}

export interface TasksCreated {
  created: number;
  existing: number;
  failed: number;
  results: { index: number; status: "created" | "existing" | "failed"; task_id: Id | null; problems: FieldProblem[] }[];
}

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

export interface ImportProblem {
  row: number;
  item: string;
  message: string;
}

export type ExportFormat = "coco" | "yolo" | "voc" | "jsonl";

/* ---- webhooks ---- */

export interface Webhook {
  id: Id;
  url: string;
  events: string[];
  description: string;
  created_at: Time;
  disabled_at: Time | null;
  /** Until then the secret before this one signs too. */
  old_secret_until: Time | null;
}

export interface WebhookCreated extends Webhook {
  secret: string;
}

export interface Delivery {
  id: Id;
  event_type: string;
  event_id: Id;
  state: "pending" | "delivered" | "failed";
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  created_at: Time;
  delivered_at: Time | null;
  next_attempt_at: Time | null;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/* ---- the worker's face ---- */

export interface WorkProject {
  id: Id;
  name: string;
  kind: "image";
  annotate_open: number;
  review_open: number;
  done_today: number;
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
  stage: "annotate" | "review";
  round: number;
  claimed_at: Time;
  lease_until: Time;
  extension_available: boolean;
  server_time: Time;
  instructions: string;
  taxonomy: Taxonomy;
  media: Media;
  prelabels: Answer | null;
  draft: Answer | null;
  sent_back: { comment: string; answer: Answer } | null;
  review: TurnReview | null;
}

export interface WorkerStats {
  submitted_today: number;
  submitted_total: number;
  seconds_median: number | null;
}
