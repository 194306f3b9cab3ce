import type { Answer, TaskDetail } from "@assay/client";
import { expect, test } from "vitest";
import { disagreement, sceneOf } from "../src/task/scene";

const box = (id: string, label: string) => ({ id, label, type: "box" as const, x: 0, y: 0, width: 10, height: 10 });
const answer = (...marks: [string, string][]): Answer => ({ annotations: marks.map(([id, label]) => box(id, label)) });

function task(parts: Partial<TaskDetail>): TaskDetail {
  return {
    id: "t", unique_id: null, state: "completed", is_gold: false, batch: null, priority: 50, metadata: {}, media: null,
    media_problem: null, excerpt: null, content: null, taxonomy: null, agreement: null, confidence: null, created_at: "", completed_at: null, project_id: "p",
    project_version: 1, round: 1,
    prelabels: null, gold: null, broken_reason: null, assignments: [], submissions: [], consensus: null, reviews: [], audits: [],
    response: null, events: [], ...parts,
  };
}
const submission = (id: string, name: string, said: Answer, round = 1): TaskDetail["submissions"][number] => ({
  id, assignment_id: `a-${id}`, worker: { id: `w-${id}`, name }, round, answer: said, duration_seconds: 10,
  submitted_at: "", gold_score: null, agreement_with_consensus: null,
});

const MERGED = task({
  submissions: [
    submission("s1", "Ada", answer(["x1", "dog"], ["x2", "car"])),
    submission("s2", "Ben", answer(["y1", "cat"])),
    submission("s3", "Cy", answer(["z1", "dog"])),
  ],
  consensus: {
    answer: answer(["m1", "dog"]),
    confidence: 0.7,
    agreement: 0.6,
    submission_ids: ["s1", "s3", "s2"],
    objects: [
      { annotation_id: "m1", label: "dog", kept: true, confidence: 0.8, label_share: 0.67, spread_iou: 0.9, members: [[0, "x1"], [1, "z1"], [2, "y1"]] },
      { annotation_id: "out-1", label: "car", kept: false, confidence: 0.3, label_share: 1, spread_iou: 1, members: [[0, "x2"]] },
    ],
  },
});

test("who drew a relation is told as who drew a mark", () => {
  const joined = { annotations: [], relations: [{ id: "r", name: "owns", source: "a", target: "b" }] } as Answer;
  const { objects } = sceneOf(task({
    submissions: [submission("s1", "Ada", joined), submission("s2", "Ben", answer())],
    consensus: {
      answer: {}, confidence: 0.5, agreement: 0.5, submission_ids: ["s1", "s2"],
      objects: [{ annotation_id: "r1", label: "owns", kept: false, confidence: 0.4, label_share: 1, spread_iou: 1, members: [[0, "r"]] }],
    },
  }));

  expect(objects).toMatchObject([{ label: "owns", members: [{ layerKey: "s1", markId: "r" }] }]);
});

test("the least certain object comes first, with everybody's marks by the consensus' own order of submissions", () => {
  const { objects } = sceneOf(MERGED);

  expect(objects.map((object) => [object.key, object.kept])).toEqual([["out-1", false], ["m1", true]]);
  expect(objects[1]?.members).toEqual([
    { layerKey: "merged", markId: "m1", label: "dog" },
    { layerKey: "s1", markId: "x1", label: "dog" },
    { layerKey: "s3", markId: "z1", label: "dog" },
    { layerKey: "s2", markId: "y1", label: "cat" },
  ]);
});

test("disagreement is said in words: who drew it, what it was called, how far outlines differ", () => {
  const { objects } = sceneOf(MERGED);

  expect(disagreement(objects[0]!)).toBe("1 of 3 drew it");
  expect(disagreement(objects[1]!)).toBe("called dog or cat");
  expect(disagreement({ ...objects[1]!, members: objects[1]!.members.slice(0, 3), spreadIou: 0.5 })).toBe("2 of 3 drew it, outlines overlap 50%");
});

test("one person's answer is shown once, not also as a merged one", () => {
  const said = answer(["x1", "dog"]);
  const { layers, objects } = sceneOf(
    task({ submissions: [submission("s1", "Ada", said)], response: { answer: said, confidence: 1, origin: "submission", accepted_at: "" } }),
  );

  expect(layers.map((layer) => layer.name)).toEqual(["Ada"]);
  expect(objects).toHaveLength(1);
  expect(disagreement(objects[0]!)).toBeNull();
});

test("pre-labels show by themselves only while nobody has answered", () => {
  const pre = answer(["p1", "dog"]);

  expect(sceneOf(task({ prelabels: pre })).layers[0]).toMatchObject({ kind: "prelabels", shown: true });
  expect(sceneOf(task({ prelabels: pre, submissions: [submission("s", "Ada", pre)] })).layers[1]).toMatchObject({ kind: "prelabels", shown: false });
});

test("a reviewer's last correction is a layer of its own", () => {
  const fix = (id: string, mark: string): TaskDetail["reviews"][number] => ({
    id, reviewer: { id: "r", name: "Rosa" }, verdict: "fix", comment: null, answer: answer([mark, "dog"]), created_at: "",
  });
  const { layers } = sceneOf(task({ submissions: [submission("s", "Ada", answer())], reviews: [fix("1", "old"), fix("2", "new")] }));

  expect(layers.find((layer) => layer.kind === "review")?.marks.has("new")).toBe(true);
});

test("what the customer put in its place is what stands", () => {
  const given = answer(["mine", "dog"]);
  const response = { answer: given, confidence: 1, origin: "audit" as const, accepted_at: "" };
  const { layers, objects } = sceneOf(task({ submissions: [submission("s", "Ada", answer(["hers", "cat"]))], response }));

  expect(layers[0]).toMatchObject({ name: "Correction by the customer", answer: given });
  expect(objects.map(({ label }) => label)).toEqual(["dog"]);
});

test("an answer that the merged one leaves out is hidden at first and said to be not counted", () => {
  const { layers } = sceneOf({ ...MERGED, submissions: [...MERGED.submissions, submission("s4", "Spam", answer(["q", "dog"]))] });

  expect(layers.map((layer) => [layer.name, layer.counted, layer.shown])).toEqual([
    ["Merged answer", true, true],
    ["Ada", true, true],
    ["Ben", true, true],
    ["Cy", true, true],
    ["Spam", false, false],
  ]);
});
