import { ApiError, type Attachment } from "@assay/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { added, EMPTY_QUEUE, failed, PARALLEL, readUrls, sortFiles, started, startable, summary } from "../src/add/queue";
import { type Send, UploadRunner } from "../src/add/runner";

const file = (path: string, bytes = 10) => ({ path, file: new File([new Uint8Array(bytes)], path) });
const attachment = (id: string): Attachment => ({ id, duplicate: false, media: {} as Attachment["media"] });

/** A network in the test's hand: each call waits until it is answered. */
function heldNetwork() {
  const calls: { name: string; signal: AbortSignal; answer: (value: Attachment) => void; fail: (error: Error) => void; progress: (n: number) => void }[] = [];
  const send: Send = (sent, { signal, onProgress }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("Stopped", "AbortError")));
      calls.push({ name: sent.name, signal, answer: resolve, fail: reject, progress: (n) => onProgress(n, sent.size) });
    });
  return { calls, send };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("the queue", () => {
  test("takes a file once, also when a folder is dropped twice", () => {
    const first = added(EMPTY_QUEUE, [{ path: "a/1.jpg", size: 5 }, { path: "b/1.jpg", size: 5 }], 1);
    const second = added(first.queue, [{ path: "a/1.jpg", size: 5 }, { path: "a/1.jpg", size: 6 }], 3);

    expect(first.ids).toEqual([1, 2]);
    expect(second.ids).toEqual([null, 3]);
    expect(second.repeated).toBe(1);
    expect(second.queue.items).toHaveLength(3);
  });

  test("starts four at most", () => {
    const paths = Array.from({ length: 9 }, (_, index) => ({ path: `${index}.jpg`, size: 1 }));
    let { queue } = added(EMPTY_QUEUE, paths, 1);

    for (const id of startable(queue)) queue = started(queue, id);

    expect(summary(queue).sending).toBe(PARALLEL);
    expect(startable(queue)).toEqual([]);
    expect(startable({ ...queue, paused: true })).toEqual([]);
  });

  test("gives a broken connection three tries and a file that is no photo one", () => {
    let { queue } = added(EMPTY_QUEUE, [{ path: "a.jpg", size: 1 }, { path: "b.jpg", size: 1 }], 1);
    for (let attempt = 0; attempt < 3; attempt += 1) queue = failed(started(queue, 1), 1, "broke", true);
    queue = failed(started(queue, 2), 2, "not a photo", false);

    expect(queue.items.map((item) => [item.state, item.worthRetrying])).toEqual([
      ["failed", true],
      ["failed", false],
    ]);
  });
});

describe("the runner", () => {
  test("keeps four going up until all are there", async () => {
    const network = heldNetwork();
    const runner = new UploadRunner(network.send);
    runner.add(Array.from({ length: 6 }, (_, index) => file(`${index}.jpg`)));
    expect(network.calls).toHaveLength(4);

    for (let index = 0; index < 6; index += 1) {
      network.calls[index]!.answer(attachment(`m${index}`));
      await settle();
    }

    expect(network.calls).toHaveLength(6);
    expect(runner.queue.items.map((item) => item.attachmentId)).toEqual(["m0", "m1", "m2", "m3", "m4", "m5"]);
    expect(summary(runner.queue)).toMatchObject({ sent: 6, idle: true, bytesSent: 60 });
  });

  test("a pause stops what is going up and resuming sends it again, with no try lost", async () => {
    const network = heldNetwork();
    const runner = new UploadRunner(network.send);
    runner.add([file("a.jpg")]);
    network.calls[0]!.progress(7);
    expect(summary(runner.queue).bytesSent).toBe(7);

    runner.pause();
    await settle();
    expect(network.calls[0]!.signal.aborted).toBe(true);
    expect(runner.queue.items[0]).toMatchObject({ state: "waiting", attempts: 0, sentBytes: 0 });
    runner.resume();
    network.calls[1]!.answer(attachment("m"));
    await settle();

    expect(runner.queue.items[0]).toMatchObject({ state: "sent", attempts: 1 });
  });

  test("what is cancelled is never sent, and its place is taken by the next", async () => {
    const network = heldNetwork();
    const runner = new UploadRunner(network.send);
    runner.add(Array.from({ length: 5 }, (_, index) => file(`${index}.jpg`)));

    runner.cancel([1]);
    await settle();

    expect(network.calls.map((call) => call.name)).toEqual(["0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg"]);
    expect(network.calls[0]!.signal.aborted).toBe(true);
    expect(summary(runner.queue)).toMatchObject({ cancelled: 1, sending: 4, total: 4 });
  });

  test("a broken connection is tried again after a moment; a refusal is not, until asked", async () => {
    const network = heldNetwork();
    const runner = new UploadRunner(network.send, 1000);
    runner.add([file("a.jpg"), file("b.jpg")]);

    network.calls[0]!.fail(new ApiError(0, "unreachable", "The connection broke"));
    network.calls[1]!.fail(new ApiError(400, "invalid", "This is a PDF"));
    await settle();
    expect(runner.queue.items.map((item) => item.state)).toEqual(["sending", "failed"]);
    expect(runner.queue.items[1]!.reason).toBe("This is a PDF");
    network.calls[2]!.answer(attachment("a"));
    await vi.advanceTimersByTimeAsync(1000);
    runner.retryFailed();
    network.calls[3]!.answer(attachment("b"));
    await settle();

    expect(network.calls.map((call) => call.name)).toEqual(["a.jpg", "b.jpg", "a.jpg", "b.jpg"]);
    expect(summary(runner.queue)).toMatchObject({ sent: 2, failed: 0, idle: true });
  });

  test("listeners hear of a burst once", async () => {
    const network = heldNetwork();
    const runner = new UploadRunner(network.send);
    const heard = vi.fn();
    runner.subscribe(heard);

    runner.add([file("a.jpg")]);
    for (let sent = 0; sent < 10; sent += 1) network.calls[0]!.progress(sent);
    await vi.advanceTimersByTimeAsync(100);

    expect(heard).toHaveBeenCalledTimes(1);
  });
});

test("a folder's photos are told from the rest, and hidden files are not spoken of", () => {
  const sorted = sortFiles([
    { path: "a/1.JPG", type: "" },
    { path: "a/2.png", type: "image/png" },
    { path: "a/logo.svg", type: "image/svg+xml" },
    { path: "a/notes.txt", type: "text/plain" },
    { path: "a/.DS_Store", type: "" },
    { path: "__MACOSX/a/1.jpg", type: "image/jpeg" },
  ]);

  expect(sorted.photos.map((each) => each.path)).toEqual(["a/1.JPG", "a/2.png"]);
  expect(sorted.others.map((each) => each.path)).toEqual(["a/logo.svg", "a/notes.txt"]);
});

test("a pasted list gives each address once and names the lines that are none", () => {
  const { urls, wrong } = readUrls("https://a.example/1.jpg\r\n\n# more\n https://a.example/1.jpg \nfoo.jpg\nftp://a/b");

  expect(urls).toEqual(["https://a.example/1.jpg"]);
  expect(wrong).toEqual([
    { line: 5, text: "foo.jpg" },
    { line: 6, text: "ftp://a/b" },
  ]);
});
