// @vitest-environment jsdom
import type { Batch, Permission } from "@assay/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type Root, createRoot } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { batchParts, finalizeWords, listed, orderWords, priorityOf, progressWords, whoWords } from "../src/batches/words";
import { newRouter } from "../src/router";

const batch = (fields: Partial<Batch> = {}): Batch => ({
  id: "b1",
  name: "Monday",
  state: "staging",
  purpose: "production",
  priority: null,
  rank: null,
  tasks: 3,
  open: 3,
  set_aside: 0,
  completed: 0,
  unreadable: 0,
  cancelled: 0,
  groups: [],
  callback: null,
  called_back: null,
  created_at: "2026-03-02T09:00:00Z",
  completed_at: null,
  ...fields,
});
const night = { id: "g1", name: "Night shift" };
const day = { id: "g2", name: "Day shift" };
const active = { state: "active", kind: "form" } as const;

describe("how far a batch is", () => {
  it("counts what can still be completed and nothing else", () => {
    expect(progressWords(batch({ state: "in_progress", tasks: 6, open: 2, completed: 1, unreadable: 1, cancelled: 2 }))).toBe("1 of 3 tasks done");
    expect(progressWords(batch())).toBe("3 tasks waiting");
    expect(progressWords(batch({ tasks: 0, open: 0 }))).toBe("No tasks yet");
    expect(progressWords(batch({ tasks: 1, open: 0, cancelled: 1 }))).toBe("Nothing left to do");
  });

  it("shows every task in one part, and what waits as not yet begun", () => {
    const parts = batchParts(batch({ tasks: 10, open: 4, set_aside: 1, completed: 3, unreadable: 2, cancelled: 1 }));

    expect(parts.map(({ name, value, tone }) => [name, value, tone])).toEqual([
      ["completed", 3, "ok"],
      ["open", 3, "neutral"],
      ["set aside", 1, "warn"],
      ["unreadable", 2, "danger"],
      ["cancelled", 1, "neutral"],
    ]);
  });

  it("tells its place in words", () => {
    expect([null, 0, 1, 2, 3, 4, 11, 12, 13, 21, 112].map(orderWords)).toEqual([null, "before all", "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]);
  });
});

describe("what finalizing does", () => {
  it("says who is offered how many tasks", () => {
    expect(finalizeWords(batch(), active)[0]).toBe("Its 3 waiting tasks are offered to workers from now on.");
    expect(finalizeWords(batch({ open: 1 }), active)[0]).toBe("Its one waiting task is offered to workers from now on.");
    expect(whoWords(batch({ groups: [day, night] }))).toBe("the people in Day shift and Night shift");
    expect(whoWords(batch({ purpose: "self_label" }))).toBe("owners and managers");
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
  });

  it("says what else is to be known", () => {
    expect(finalizeWords(batch(), { ...active, state: "paused" })).toContain("The project is paused, so that begins when it is active again.");
    expect(finalizeWords(batch({ callback: "ops@acme.org" }), active)).toContain("ops@acme.org is told when all are done.");
    expect(finalizeWords(batch({ tasks: 0, open: 0 }), active)[0]).toMatch(/^It has no tasks yet/);
    expect(finalizeWords(batch({ open: 0, cancelled: 3 }), active)[0]).toMatch(/completed at once/);
    expect(finalizeWords(batch(), { ...active, kind: "stored" })[0]).toMatch(/until there is an editor/);
    expect(finalizeWords(batch(), active).at(-1)).toBe("This cannot be undone.");
  });

  it("takes whole numbers from 0 to 100 for a priority", () => {
    expect(["0", " 70 ", "100", "101", "-1", "1.5", "", "1e1", "ten"].map(priorityOf)).toEqual([0, 70, 100, null, null, null, null, null, null]);
  });
});

describe("the page", () => {
  let root: Root;
  let place: HTMLElement;
  let sent: string[];

  beforeEach(() => {
    // What jsdom has not got.
    HTMLDialogElement.prototype.showModal = function () {
      this.open = true;
    };
    HTMLDialogElement.prototype.close = function () {
      this.open = false;
    };
    Element.prototype.scrollIntoView = () => undefined;
    vi.stubGlobal("scrollTo", () => undefined);
    vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
    place = document.body.appendChild(document.createElement("div"));
    root = createRoot(place);
    sent = [];
  });

  afterEach(() => {
    root.unmount();
    place.remove();
    vi.unstubAllGlobals();
  });

  /** The page as this server has it: what a path answers, or the status that it fails with. */
  function open(permissions: Permission[], batches: (path: string) => unknown): void {
    const me = { id: "m", name: "Olga", role: "owner", permissions, organization: { id: "o", name: "Street" } };
    const project = { id: "p", name: "Letters", state: "active", mode: "live", kind: "form", policy: {}, progress: {} };
    vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
      sent.push(`${init.method ?? "GET"} ${path}`);
      const answer = path.includes("/batches") ? batches(path) : path === "/v1/me" ? me : path === "/v1/projects/p" ? project : { items: [], next_cursor: null };
      return typeof answer === "number" ? new Response("{}", { status: answer }) : Response.json(answer);
    });
    window.history.replaceState(null, "", "/console/projects/p/batches");
    const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    root.render(
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={newRouter(queryClient)} />
      </QueryClientProvider>,
    );
  }

  const seen = (words: string): Promise<void> => vi.waitFor(() => expect(place.textContent).toContain(words), 5000);
  const button = (name: string): HTMLButtonElement | undefined =>
    [...place.querySelectorAll("button")].find((each) => (each.getAttribute("aria-label") ?? each.textContent) === name);
  const press = (name: string): void => button(name)!.click();
  const reading: Permission[] = ["project.read", "task.read"];

  it("leads to each batch's tasks and says whom it is kept to", async () => {
    open(reading, () => ({ items: [batch({ name: "a&b=c", groups: [day, night], purpose: "calibration", rank: 0 })], next_cursor: null }));
    await seen("kept to Day shift and Night shift");

    const link = [...place.querySelectorAll("a")].find((each) => each.textContent === "a&b=c")!;
    expect(new URL(link.href).searchParams.get("batch")).toBe("a&b=c");
    expect(place.querySelector("[role=img]")!.getAttribute("aria-label")).toBe("Tasks of a&b=c: 3 open");
    expect(place.textContent).toContain("calibration");
  });

  it("offers nothing to change to those who only read", async () => {
    open(reading, () => ({ items: [batch()], next_cursor: null }));
    await seen("3 tasks waiting");

    expect([button("Finalize Monday"), button("More of Monday")]).toEqual([undefined, undefined]);
  });

  it("finalizes after asking, and shows what it came to", async () => {
    let state: Batch["state"] = "staging";
    open([...reading, "task.write"], (path) => {
      if (path.endsWith("/finalize")) {
        state = "in_progress";
        return batch({ state });
      }
      return { items: [batch({ state })], next_cursor: null };
    });
    await seen("staging");

    press("Finalize Monday");
    await seen("Its 3 waiting tasks are offered to workers");
    expect(sent.filter((each) => each.startsWith("POST"))).toEqual([]);
    press("Finalize");
    await seen("0 of 3 tasks done");

    expect(sent.filter((each) => each.startsWith("POST"))).toEqual(["POST /v1/batches/b1/finalize"]);
    expect([place.querySelector("dialog"), button("Finalize Monday")]).toEqual([null, undefined]);
  });

  it("goes from page to page and back", async () => {
    open(reading, (path) =>
      path.includes("cursor=b1") ? { items: [batch({ id: "b0", name: "Sunday" })], next_cursor: null } : { items: [batch()], next_cursor: "b1" },
    );
    await seen("1 to 1");

    press("Next page");
    await seen("51 to 51");
    expect([place.textContent?.includes("Sunday"), place.textContent?.includes("Monday")]).toEqual([true, false]);
    expect(button("Next page")!.disabled).toBe(true);
    press("Previous page");
    await seen("1 to 1");
  });

  it("says so where there are none, and where they cannot be had", async () => {
    open(reading, () => ({ items: [], next_cursor: null }));
    await seen("No batches yet");
    expect(place.querySelector("a[href$='/add']")).toBeNull();

    root.unmount();
    root = createRoot(place);
    open(reading, () => 500);
    await seen("The batches could not be loaded");
    expect(button("Try again")).toBeDefined();
  });
});
