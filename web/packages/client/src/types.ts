/**
 * The values that travel between server and pages. Ids are UUID strings; times are RFC 3339 in UTC.
 *
 * Those that the server's OpenAPI says as exactly as the pages need are taken from it. The others say more: an
 * answer's shapes, unions of words, what is always given where the server has a default; contract.ts holds them to it.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Id = string;
export type Time = string;

/* ---- what may be marked ---- */

export type Shape = "box" | "polygon" | "polyline" | "point" | "ellipse" | "cuboid" | "span" | "group";
export type AttributeType = "category" | "multiselect" | "number" | "text" | "datetime" | "group" | "angle" | "across" | "down" | "mark";

/** With `children` a heading over finer choices; only those at the ends can be chosen. */
export interface Choice {
  name: string;
  title?: string | null;
  children?: Choice[];
}

export type Condition = Schemas["Condition"];

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
  description?: string | null;
  unit?: string | null;
  choices_min?: number | null;
  choices_max?: number | null;
  values_max?: number;
  time_of_day?: boolean;
  attributes?: Attribute[];
  /** Of which labels the mark may be that the value names. */
  labels?: string[];
}

export type ShapeLimits = Schemas["ShapeLimits"];

/** Sizes are image pixels; `color` is `#rrggbb`; `shapes: []` is a heading that only groups its children. */
export interface Label {
  name: string;
  title?: string | null;
  color?: string | null;
  shapes?: Shape[];
  rotatable?: boolean;
  width_min?: number;
  height_min?: number;
  limits?: { [S in Shape]?: ShapeLimits };
  attributes?: Attribute[];
  children?: Label[];
  /** Whether what stands in a region is typed; on pages of documents only. */
  text?: "none" | "optional" | "required";
}

export type RelationType = Partial<Schemas["RelationType"]> & Pick<Schemas["RelationType"], "name">;

export interface Taxonomy {
  labels?: Label[];
  attributes?: Attribute[];
  relations?: RelationType[];
  /** Where the question is one task's own: read before the project's instructions. */
  instructions?: string;
  /** In which the text of documents is typed, as a BCP 47 tag. */
  language?: string | null;
  connections?: Schemas["Connection"][];
  given?: Schemas["GivenMarks"] | null;
  margin_x?: number;
  margin_y?: number;
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

/** The ellipse that touches the sides of such a box. */
export type EllipseMark = Omit<BoxMark, "type"> & { type: "ellipse" };

export type CuboidMark = Omit<PolylineMark, "type" | "points"> & { type: "cuboid"; face: Vertex[]; side: Vertex[] };

export type Mark = BoxMark | PolygonMark | PolylineMark | PointMark | EllipseMark | CuboidMark;

export interface Answer {
  annotations?: Mark[];
  attributes?: Record<string, AttributeValue>;
}

export type Media = Schemas["Media"];

/** What a task shows besides one photo. */
export type ShownItem =
  | { type: "text"; text: string; title: string | null }
  | { type: "image"; media: Media; title: string | null }
  | { type: "link"; url: string; title: string | null }
  | { type: "file"; media: "audio" | "video" | "pdf"; url: string; content_type: string; file_name: string; title: string | null };

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
  organization: { id: Id; name: string };
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

/* ---- tasks ---- */

export type TaskState = "preparing" | "annotating" | "reviewing" | "completed" | "cancelled" | "broken";

export type TaskRow = Schemas["faces_native_tasks_TaskRow"];

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
  origin: "submission" | "consensus" | "review" | "audit" | "made_up";
  accepted_at: Time;
}

export type AssayEvent = Schemas["Event"];

export type AuditVerdict = "accept" | "fix" | "comment" | "reject";

/** What the customer said of the answer of a round. `replaced`: that answer, where it was corrected or rejected. */
export interface Audit {
  id: Id;
  round: number;
  verdict: AuditVerdict;
  comment: string | null;
  replaced: Answer | null;
  duration_seconds: number;
  auditor: string;
  created_at: Time;
}

/** One task with all that was said about it. `submissions` is the list here, and a count in `TaskRow`. */
export interface TaskDetail extends Omit<TaskRow, "submissions"> {
  project_id: Id;
  project_version: number;
  round: number;
  content: ShownItem[] | null;
  /** What it asks, where that is not what its project's version asks. */
  taxonomy: Taxonomy | null;
  prelabels: Answer | null;
  gold: Answer | null;
  broken_reason: string | null;
  assignments: Assignment[];
  submissions: Submission[];
  consensus: Consensus | null;
  reviews: Review[];
  audits: Audit[];
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
