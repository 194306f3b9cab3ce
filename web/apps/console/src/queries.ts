/** What the console reads from the server, by key. A change names the keys it makes stale by their first words. */
import { api, type Id } from "@assay/client";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { filtersOf, type TaskSearch } from "./tasks/filters";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => api.sessions.me(signal),
  staleTime: 5 * 60_000,
});

export const projectsQuery = infiniteQueryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal, pageParam }) => api.projects.list({ cursor: pageParam, limit: 50 }, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next_cursor,
});

export const projectQuery = (id: Id) =>
  queryOptions({ queryKey: ["project", id], queryFn: ({ signal }) => api.projects.get(id, signal) });

export const progressQuery = (id: Id) =>
  queryOptions({ queryKey: ["progress", id], queryFn: ({ signal }) => api.projects.progress(id, signal) });

export const versionsQuery = (id: Id) =>
  queryOptions({ queryKey: ["versions", id], queryFn: ({ signal }) => api.projects.versions(id, signal) });

export const batchesQuery = (id: Id) =>
  queryOptions({ queryKey: ["batches", id], queryFn: ({ signal }) => api.projects.batches(id, { limit: 500 }, signal) });

export const BATCHES_PER_PAGE = 50;

export const batchPageQuery = (id: Id, cursor: string | null) =>
  queryOptions({
    queryKey: ["batches", id, "page", cursor],
    queryFn: ({ signal }) => api.projects.batches(id, { cursor, limit: BATCHES_PER_PAGE }, signal),
    refetchInterval: 15_000,
  });

export const workersQuery = (id: Id) =>
  queryOptions({
    queryKey: ["workers", id],
    queryFn: ({ signal }) => api.projects.workers(id, signal),
    refetchInterval: 30_000,
  });

export const TASKS_PER_PAGE = 50;

/** The filtered list page by page; the table shows one page of it, the task view walks along it. */
export const tasksQuery = (id: Id, search: TaskSearch) =>
  infiniteQueryOptions({
    queryKey: ["tasks", id, filtersOf(search)],
    queryFn: ({ signal, pageParam }) =>
      api.projects.tasks(id, { ...filtersOf(search), cursor: pageParam, limit: TASKS_PER_PAGE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });

export const taskQuery = (id: Id) =>
  queryOptions({ queryKey: ["task", id], queryFn: ({ signal }) => api.tasks.get(id, signal) });

export const reviewsQuery = (id: Id) =>
  infiniteQueryOptions({
    queryKey: ["reviews", id],
    queryFn: ({ signal, pageParam }) => api.projects.reviews(id, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: 20_000,
  });

export const importsQuery = (id: Id) =>
  queryOptions({
    queryKey: ["imports", id],
    queryFn: ({ signal }) => api.projects.imports(id, signal),
    refetchInterval: (query) => (query.state.data?.items.some((item) => item.state === "running") ? 1000 : false),
  });

export const importProblemsQuery = (id: Id) =>
  infiniteQueryOptions({
    queryKey: ["import-problems", id],
    queryFn: ({ signal, pageParam }) => api.imports.problems(id, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });

/** The last completions, for the throughput of the last hour. */
export const completionsQuery = (id: Id) =>
  queryOptions({
    queryKey: ["completions", id],
    queryFn: ({ signal }) => api.events.list({ type: "task.completed", project: id, limit: 500 }, signal),
    refetchInterval: 15_000,
  });

export const crewQuery = (id: Id) => queryOptions({ queryKey: ["crew", id], queryFn: ({ signal }) => api.projects.crew(id, signal) });

export const groupsQuery = (id: Id) => queryOptions({ queryKey: ["groups", id], queryFn: ({ signal }) => api.projects.groups(id, signal) });

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: ({ signal }) => api.members.list(null, signal),
});

export const keysQuery = queryOptions({ queryKey: ["keys"], queryFn: ({ signal }) => api.keys.list(signal) });

export const signingKeysQuery = queryOptions({
  queryKey: ["signing-keys"],
  queryFn: ({ signal }) => api.signingKeys.list(signal),
});

export const webhooksQuery = queryOptions({
  queryKey: ["webhooks"],
  queryFn: ({ signal }) => api.webhooks.list(signal),
});

export const deliveriesQuery = (id: Id) =>
  infiniteQueryOptions({
    queryKey: ["deliveries", id],
    queryFn: ({ signal, pageParam }) => api.webhooks.deliveries(id, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((item) => item.state === "pending")) ? 2000 : false,
  });

export const callbackSettingsQuery = queryOptions({
  queryKey: ["callback-settings"],
  queryFn: ({ signal }) => api.callbacks.settings(signal),
});

export const callbacksOfTaskQuery = (id: Id) =>
  queryOptions({
    queryKey: ["task", id, "callbacks"],
    queryFn: ({ signal }) => api.callbacks.ofTask(id, signal),
    refetchInterval: (query) => (query.state.data?.items.some((item) => item.state === "pending") ? 2000 : false),
  });

export const callbacksOfBatchQuery = (id: Id) =>
  queryOptions({
    queryKey: ["batch", id, "callbacks"],
    queryFn: ({ signal }) => api.callbacks.ofBatch(id, signal),
    refetchInterval: (query) => (query.state.data?.items.some((item) => item.state === "pending") ? 2000 : false),
  });

export const eventsQuery = (type: string, project: Id | undefined) =>
  infiniteQueryOptions({
    queryKey: ["events", type, project ?? null],
    queryFn: ({ signal, pageParam }) =>
      api.events.list({ type, ...(project ? { project } : {}), cursor: pageParam, limit: 100 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
