import type { NewTask, TasksCreated } from "@assay/client";
import { expect, test } from "vitest";
import type { UploadItem } from "../src/add/queue";
import { createTasks } from "../src/add/session";

const item = (path: string, attachmentId: string, duplicate = false): UploadItem => ({
  id: 1, path, size: 1, state: "sent", sentBytes: 1, attempts: 1, reason: null, worthRetrying: false, attachmentId, duplicate,
});

/** Keeps unique ids as the server does: the first task with an id is made, the next one exists. */
function server(...taken: string[]) {
  const ids = new Set(taken);
  const requests: { tasks: NewTask[]; batch: string | undefined }[] = [];
  const create = async (tasks: NewTask[], batch: string | undefined): Promise<TasksCreated> => {
    requests.push({ tasks, batch });
    const results = tasks.map((task, index): TasksCreated["results"][number] => {
      if (task.unique_id?.includes("bad")) return { index, status: "failed", task_id: null, problems: [{ field: "unique_id", message: "not allowed" }] };
      const status = ids.has(task.unique_id!) ? "existing" : "created";
      ids.add(task.unique_id!);
      return { index, status, task_id: `t-${task.unique_id}`, problems: [] };
    });
    return { created: 0, existing: 0, failed: 0, results };
  };
  return { create, requests, ids };
}

test("a folder added again adds only what is new", async () => {
  const { create } = server("a/1.jpg");

  const result = await createTasks([item("a/1.jpg", "m1", true), item("a/2.jpg", "m2")], undefined, create);

  expect(result).toEqual({ created: 1, existing: 1, failures: [] });
});

test("another photo under an old name is added, not swallowed", async () => {
  const { create, ids } = server("1.jpg");

  const result = await createTasks([item("1.jpg", "0123456789", false)], undefined, create);

  expect(result).toEqual({ created: 1, existing: 0, failures: [] });
  expect([...ids]).toEqual(["1.jpg", "1.jpg (01234567)"]);
});

test("what the server refuses is told with its file", async () => {
  const { create } = server();

  const result = await createTasks([item("bad.jpg", "m1"), item("good.jpg", "m2")], "May", create);

  expect(result).toEqual({ created: 1, existing: 0, failures: [{ path: "bad.jpg", reason: "not allowed" }] });
});

test("many files go a thousand at a time, in one batch", async () => {
  const { create, requests } = server();
  const items = Array.from({ length: 2500 }, (_, index) => item(`${index}.jpg`, `m${index}`));

  const result = await createTasks(items, "May", create);

  expect(result.created).toBe(2500);
  expect(requests.map((request) => [request.tasks.length, request.batch])).toEqual([[1000, "May"], [1000, "May"], [500, "May"]]);
});
