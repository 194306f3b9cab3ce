import { type TaskRow, type TaskState } from "@assay/client";
import { ago, Button, buttonClass, count, cx, EmptyState, ErrorState, Icon, Input, Pager, percent, Select, SkeletonRows, Table, Td, Th, Tr } from "@assay/ui";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useProject } from "../project/ProjectLayout";
import { batchesQuery, TASKS_PER_PAGE, tasksQuery, workersQuery } from "../queries";
import { useMay } from "../shell/session";
import { activeFilters, TASK_STATES, type TaskSearch, withFilter } from "./filters";
import { taskName, TaskStateBadge, Thumbnail } from "./task-cells";

const route = getRouteApi("/console/projects/$projectId/tasks");

export function TasksPage() {
  const project = useProject();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayAdd = useMay("task.write");
  const query = useInfiniteQuery({ ...tasksQuery(project.id, search), placeholderData: keepPreviousData });
  const tableRef = useRef<HTMLDivElement>(null);

  // A page number from the address may lie beyond what was fetched: go there page by page.
  const wanted = (search.page ?? 1) - 1;
  const loaded = query.data?.pages.length ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (loaded > 0 && wanted >= loaded && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [wanted, loaded, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const shownIndex = Math.min(wanted, Math.max(0, loaded - 1));
  const rows = query.data?.pages[shownIndex]?.items ?? [];
  const travelling = wanted >= loaded && Boolean(hasNextPage);
  const setPage = (page: number) => void navigate({ search: page < 2 ? withFilter(search, "page", undefined) : { ...search, page } });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...(tableRef.current?.querySelectorAll<HTMLElement>("[data-row-link]") ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const next = links[at === -1 ? 0 : at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <section className="flex flex-col gap-3 min-w-0" aria-label="Tasks">
      <FilterBar search={search} onSearch={(next) => void navigate({ search: next, replace: true })} />
      <div
        ref={tableRef}
        onKeyDown={onKeyDown}
        className={cx("bg-surface border border-border rounded-large overflow-hidden", query.isPlaceholderData && "opacity-60")}
      >
        {query.isPending || travelling ? (
          <SkeletonRows rows={10} />
        ) : query.isLoadingError ? (
          <ErrorState title="The tasks could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : rows.length === 0 ? (
          activeFilters(search) > 0 ? (
            <EmptyState
              icon="filter"
              title="No task fits these filters"
              action={<Button onClick={() => void navigate({ search: {} })}>Clear filters</Button>}
            />
          ) : (
            <EmptyState
              icon="image"
              title="No tasks yet"
              action={
                mayAdd && (
                  <Link to="/console/projects/$projectId/add" params={{ projectId: project.id }} className={buttonClass("primary")}>
                    <Icon name="add" /> Add photos
                  </Link>
                )
              }
            >
              Each photo becomes one task.
            </EmptyState>
          )
        ) : (
          <Table label="Tasks of this project">
            <thead>
              <tr>
                <Th>Task</Th>
                <Th>State</Th>
                <Th numeric>Opinions</Th>
                <Th numeric>Agreement</Th>
                <Th numeric>Confidence</Th>
                <Th>Batch</Th>
                <Th>Created</Th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <TaskTableRow key={row.id} row={row} projectId={project.id} search={search} />
              ))}
            </tbody>
          </Table>
        )}
      </div>
      {rows.length > 0 && (
        <Pager
          hasPrevious={shownIndex > 0}
          hasNext={shownIndex + 1 < loaded || Boolean(hasNextPage)}
          onPrevious={() => setPage(shownIndex)}
          onNext={() => setPage(shownIndex + 2)}
          summary={`${count(shownIndex * TASKS_PER_PAGE + 1)} to ${count(shownIndex * TASKS_PER_PAGE + rows.length)}`}
        />
      )}
    </section>
  );
}

function TaskTableRow({ row, projectId, search }: { row: TaskRow; projectId: string; search: TaskSearch }) {
  return (
    <Tr>
      <Td>
        <Link
          to="/console/projects/$projectId/tasks/$taskId"
          params={{ projectId, taskId: row.id }}
          search={search}
          data-row-link
          className="flex items-center gap-3 min-w-40 no-underline hover:underline rounded-small"
        >
          <Thumbnail media={row.media} excerpt={row.excerpt} />
          <span className="truncate max-w-36 sm:max-w-72" title={taskName(row)}>
            {taskName(row)}
          </span>
        </Link>
      </Td>
      <Td>
        <TaskStateBadge task={row} />
      </Td>
      <Td numeric>{row.submissions}</Td>
      <Td numeric className={row.agreement !== null && row.agreement < 0.6 ? "text-danger" : ""}>
        {percent(row.agreement)}
      </Td>
      <Td numeric>{percent(row.confidence)}</Td>
      <Td className="text-muted max-w-40 truncate" title={row.batch ?? undefined}>
        {row.batch ?? "–"}
      </Td>
      <Td className="whitespace-nowrap text-muted">{ago(row.created_at, Date.now())}</Td>
    </Tr>
  );
}

const AGREEMENTS = [0.5, 0.6, 0.7, 0.8, 0.9];

function FilterBar({ search, onSearch }: { search: TaskSearch; onSearch: (next: TaskSearch) => void }) {
  const project = useProject();
  const mayReadWorkers = useMay("worker.read");
  const batches = useQuery(batchesQuery(project.id)).data?.items ?? [];
  const workers = useQuery({ ...workersQuery(project.id), enabled: mayReadWorkers }).data?.items ?? [];
  const [open, setOpen] = useState(false);
  const active = activeFilters(search);

  const change = <K extends keyof TaskSearch>(key: K, value: TaskSearch[K] | undefined) => onSearch(withFilter(search, key, value));

  return (
    <div className="flex flex-wrap gap-2 items-center">
      <SearchBox value={search.search ?? ""} onValue={(value) => change("search", value)} />
      <Button icon="filter" className="sm:hidden" aria-expanded={open} onClick={() => setOpen(!open)}>
        Filters{active > 0 && ` (${active})`}
      </Button>
      <div className={cx("flex-wrap gap-2 items-center w-full sm:contents", open ? "flex" : "hidden")}>
        <Select aria-label="State" className="w-36" value={search.state ?? ""} onChange={(event) => change("state", (event.target.value || undefined) as TaskState | undefined)}>
          <option value="">Any state</option>
          {TASK_STATES.map((state) => (
            <option key={state} value={state}>
              {state}
            </option>
          ))}
        </Select>
        {(batches.length > 0 || search.batch) && (
          <Select aria-label="Batch" className="w-32" value={search.batch ?? ""} onChange={(event) => change("batch", event.target.value || undefined)}>
            <option value="">Any batch</option>
            {search.batch && !batches.some((batch) => batch.name === search.batch) && <option>{search.batch}</option>}
            {batches.map((batch) => (
              <option key={batch.name} value={batch.name}>
                {batch.name}
              </option>
            ))}
          </Select>
        )}
        <Select
          aria-label="Golds"
          className="w-34"
          value={search.gold === undefined ? "" : String(search.gold)}
          onChange={(event) => change("gold", event.target.value === "" ? undefined : event.target.value === "true")}
        >
          <option value="">Gold or not</option>
          <option value="true">Golds only</option>
          <option value="false">No golds</option>
        </Select>
        {(workers.length > 0 || search.worker) && (
          <Select aria-label="Worker" className="w-34" value={search.worker ?? ""} onChange={(event) => change("worker", event.target.value || undefined)}>
            <option value="">Any worker</option>
            {search.worker && !workers.some((worker) => worker.id === search.worker) && <option value={search.worker}>one worker</option>}
            {workers.map((worker) => (
              <option key={worker.id} value={worker.id}>
                {worker.name}
              </option>
            ))}
          </Select>
        )}
        <Select
          aria-label="Agreement"
          className="w-38"
          value={search.agreement_max ?? ""}
          onChange={(event) => change("agreement_max", event.target.value === "" ? undefined : Number(event.target.value))}
        >
          <option value="">Any agreement</option>
          {AGREEMENTS.map((share) => (
            <option key={share} value={share}>
              agree at most {percent(share)}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Order"
          className="w-38"
          value={search.order ?? ""}
          onChange={(event) => change("order", (event.target.value || undefined) as TaskSearch["order"])}
        >
          <option value="">Newest first</option>
          <option value="oldest">Oldest first</option>
          <option value="agreement">Least agreed first</option>
        </Select>
        {active > 0 && (
          <Button variant="ghost" icon="close" onClick={() => onSearch(search.order ? { order: search.order } : {})}>
            Clear
          </Button>
        )}
      </div>
    </div>
  );
}

/** Asks a moment after the last key; the address changes from outside win over what is typed. */
function SearchBox({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  const latest = useRef(onValue);
  useEffect(() => {
    latest.current = onValue;
  });
  useEffect(() => {
    if (text.trim() === value) return;
    const soon = setTimeout(() => latest.current(text.trim()), 300);
    return () => clearTimeout(soon);
  }, [text, value]);
  return (
    <span className="relative grow sm:grow-0 sm:w-40">
      <Icon name="search" className="absolute left-2.5 top-2 text-muted pointer-events-none" />
      <Input type="search" aria-label="Search by id or file name" placeholder="Id or file name" value={text} onChange={(event) => setText(event.target.value)} className="pl-8" />
    </span>
  );
}
