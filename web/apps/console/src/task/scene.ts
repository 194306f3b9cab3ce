/** A task as layers to look at and objects to compare. Pure: drawn by Viewer.tsx, listed by TaskPage.tsx. */
import type { Answer, Mark, TaskDetail } from "@assay/client";

export type LayerKind = "merged" | "submission" | "gold" | "prelabels" | "review";

export interface Layer {
  key: string;
  kind: LayerKind;
  name: string;
  color: string;
  answer: Answer;
  marks: ReadonlyMap<string, Mark>;
  /** Shown from the start. */
  shown: boolean;
  /** False for an answer that the merged one leaves out: its worker is suspended, or it was sent back. */
  counted: boolean;
}

/** One thing on the photo, with the marks of all who drew it. */
export interface SceneObject {
  key: string;
  label: string;
  /** False: too few people drew it, so it is not in the answer. */
  kept: boolean;
  confidence: number | null;
  labelShare: number | null;
  spreadIou: number | null;
  members: { layerKey: string; markId: string; label: string }[];
  /** How many people were asked, for "2 of 3 drew it"; null when nobody was compared. */
  voices: number | null;
}

export interface Scene {
  layers: Layer[];
  objects: SceneObject[];
}

/** Far apart in hue, readable on dark and bright photos; one per person, in the order they answered. */
export const PEOPLE_COLORS = ["#0ea5e9", "#f97316", "#a3e635", "#d946ef", "#facc15", "#818cf8", "#2dd4bf", "#fb7185"] as const;
/** Of the answer that stands. */
const ANSWER_COLOR = "#ffffff";
/** Of a merged answer that a reviewer has corrected. */
const CORRECTED_COLOR = "#cbd5e1";
const GOLD_COLOR = "#fbbf24";
const PRELABEL_COLOR = "#94a3b8";

function layer(key: string, kind: LayerKind, name: string, color: string, answer: Answer, shown: boolean, counted = true): Layer {
  return { key, kind, name, color, answer, shown, counted, marks: new Map([...(answer.annotations ?? []), ...relationsOf(answer), ...groupsOf(answer)].map((mark) => [mark.id, mark])) };
}

/** Relations of marks are judged as marks are, by their name; nothing of them is drawn as a shape. */
const relationsOf = (answer: object): Mark[] =>
  ((answer as { relations?: readonly { id: string; name: string }[] }).relations ?? []).map(({ id, name }) => ({ id, label: name }) as Mark);

/** So are groups of regions on pages. */
const groupsOf = (answer: object): readonly Mark[] => (answer as { groups?: readonly Mark[] }).groups ?? [];

export function sceneOf(task: TaskDetail): Scene {
  const layers: Layer[] = [];
  const single = task.submissions.length === 1 ? task.submissions[0] : undefined;
  const merged = task.consensus?.answer ?? (task.response && !single ? task.response.answer : undefined);

  const fix = correctionOf(task);

  if (fix) layers.push(layer("review", "review", `Correction by ${fix.by}`, ANSWER_COLOR, fix.answer, true));
  if (merged) layers.push(layer("merged", "merged", "Merged answer", fix ? CORRECTED_COLOR : ANSWER_COLOR, merged, !fix));
  for (const [index, submission] of task.submissions.entries()) {
    const round = submission.round > 1 ? `, round ${submission.round}` : "";
    const counted = task.consensus === null || task.consensus.submission_ids.includes(submission.id);
    const color = PEOPLE_COLORS[index % PEOPLE_COLORS.length]!;
    layers.push(layer(submission.id, "submission", submission.worker.name + round, color, submission.answer, counted, counted));
  }
  if (task.gold) layers.push(layer("gold", "gold", "Gold", GOLD_COLOR, task.gold, true));
  if (task.prelabels) layers.push(layer("prelabels", "prelabels", "Pre-labels", PRELABEL_COLOR, task.prelabels, layers.length === 0));

  return { layers, objects: objectsOf(task, layers) };
}

/** What stands instead of what was merged: the customer has the last word. */
function correctionOf(task: TaskDetail): { readonly by: string; readonly answer: Answer } | null {
  if (task.response?.origin === "audit") return { by: "the customer", answer: task.response.answer };
  const fix = task.reviews.findLast((review) => review.verdict === "fix" && review.answer);
  return fix?.answer ? { by: fix.reviewer.name, answer: fix.answer } : null;
}

function objectsOf(task: TaskDetail, layers: readonly Layer[]): SceneObject[] {
  const byKey = new Map(layers.map((each) => [each.key, each]));
  const { consensus } = task;
  if (consensus && consensus.objects.length > 0) {
    const objects = consensus.objects.map((object): SceneObject => {
      const members = object.members.flatMap(([index, markId]) => {
        const layerKey = consensus.submission_ids[index];
        const mark = layerKey === undefined ? undefined : byKey.get(layerKey)?.marks.get(markId);
        return layerKey !== undefined && mark ? [{ layerKey, markId, label: mark.label }] : [];
      });
      if (object.kept) members.unshift({ layerKey: "merged", markId: object.annotation_id, label: object.label });
      return {
        key: object.annotation_id,
        label: object.label,
        kept: object.kept,
        confidence: object.confidence,
        labelShare: object.label_share,
        spreadIou: object.spread_iou,
        members,
        voices: consensus.submission_ids.length,
      };
    });
    // The least certain first: that is where people disagree, and what one came to see.
    return objects.toSorted((a, b) => (a.confidence ?? 1) - (b.confidence ?? 1));
  }
  const first = layers.find((each) => each.kind === "review") ?? layers[0];
  return [...(first?.marks.values() ?? [])].map((mark) => ({
    key: mark.id,
    label: mark.label,
    kept: true,
    confidence: null,
    labelShare: null,
    spreadIou: null,
    members: [{ layerKey: first!.key, markId: mark.id, label: mark.label }],
    voices: null,
  }));
}

/** Where people differ about one object, in words; null when they do not, or were not compared. */
export function disagreement(object: SceneObject): string | null {
  if (object.voices === null) return null;
  const people = object.members.filter((member) => member.layerKey !== "merged");
  const parts: string[] = [];
  if (people.length < object.voices) parts.push(`${people.length} of ${object.voices} drew it`);
  const names = new Set(people.map((member) => member.label));
  if (names.size > 1) parts.push(`called ${[...names].join(" or ")}`);
  if (object.spreadIou !== null && people.length > 1 && object.spreadIou < 0.75) {
    parts.push(`outlines overlap ${Math.round(object.spreadIou * 100)}%`);
  }
  return parts.length > 0 ? parts.join(", ") : null;
}
