/** A task, and everything that was said about it. */
import type { Answer, ShownItem } from "./answers";
import type { Id, Time } from "./ids";
import type { components } from "./schema";
import type { Taxonomy } from "./taxonomy";

type Schemas = components["schemas"];

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
