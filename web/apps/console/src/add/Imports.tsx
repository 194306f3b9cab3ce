import type { Import } from "@assay/client";
import { ago, Badge, Button, count, cx, ErrorState, Icon, Panel, Progress, Skeleton, Spinner } from "@assay/ui";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useProject } from "../project/ProjectLayout";
import { importProblemsQuery, importsQuery } from "../queries";

/** Earlier and running imports, with what failed in each and why. */
export function Imports() {
  const project = useProject();
  const query = useQuery(importsQuery(project.id));
  const queryClient = useQueryClient();
  const items = query.data?.items ?? [];
  const running = items.filter((item) => item.state === "running").length;

  useEffect(() => {
    // A finished import changed the tasks.
    if (running === 0) for (const key of ["tasks", "progress", "batches"]) void queryClient.invalidateQueries({ queryKey: [key, project.id] });
  }, [running, project.id, queryClient]);

  if (query.isPending) return <Skeleton className="h-24 w-full" />;
  if (query.isLoadingError) return <ErrorState title="The imports could not be loaded" error={query.error} onRetry={() => void query.refetch()} />;
  if (items.length === 0) return null;
  return (
    <Panel title="Imports" flush>
      <ul className="divide-y divide-border">
        {items.map((item) => (
          <ImportRow key={item.id} item={item} />
        ))}
      </ul>
    </Panel>
  );
}

/** What became of the rows, in a few words. */
function outcome(item: Import): string {
  const told = [`${count(item.done - item.existing)} taken`];
  if (item.existing > 0) told.push(`${count(item.existing)} there already`);
  if (item.failed > 0) told.push(`${count(item.failed)} not taken`);
  return told.join(", ");
}

function ImportRow({ item }: { item: Import }) {
  const [open, setOpen] = useState(false);
  const read = item.done + item.failed;
  return (
    <li className="px-4 py-3 flex flex-col gap-2">
      <div className="flex items-center gap-3 flex-wrap text-3">
        {item.state === "running" ? <Spinner /> : <Icon name={item.state === "done" && item.failed === 0 ? "check" : "alert"} className={item.state === "failed" ? "text-danger" : item.failed > 0 ? "text-warn" : "text-ok"} />}
        <span className="font-medium break-all">{item.file_name}</span>
        <Badge>{item.format}</Badge>
        <Badge>{item.as === "prelabels" ? "pre-labels" : item.as}</Badge>
        <span className="grow" />
        <span className="text-2 text-muted">
          {item.state === "running"
            ? item.total > 0
              ? `${count(read)} of ${count(item.total)}`
              : "reading…"
            : item.state === "failed"
              ? "failed"
              : outcome(item)}
        </span>
        <span className="text-2 text-muted">{ago(item.created_at, Date.now())}</span>
      </div>
      {item.state === "running" && <Progress label={`${item.file_name} read`} value={read} max={item.total || 1} />}
      {item.message && <p className={cx("text-2 break-words", item.state === "failed" ? "text-danger" : "text-muted")}>{item.message}</p>}
      {item.state !== "running" && (
        <div>
          <Button size="small" variant="ghost" icon={open ? "chevronDown" : "chevronRight"} aria-expanded={open} className="-ml-2" onClick={() => setOpen(!open)}>
            {open ? "Hide" : "Show"} what was said of each row
          </Button>
          {open && <ImportProblems id={item.id} />}
        </div>
      )}
    </li>
  );
}

function ImportProblems({ id }: { id: string }) {
  const query = useInfiniteQuery(importProblemsQuery(id));
  if (query.isPending) return <Skeleton className="h-16 w-full" />;
  if (query.isError) return <p className="text-2 text-danger">{query.error.message}</p>;
  if (query.data.pages[0]?.items.length === 0) return <p className="text-2 text-muted">Every row was taken as it is.</p>;
  return (
    <div className="mt-1 border border-border rounded-medium max-h-72 overflow-y-auto">
      <table className="w-full text-2">
        <thead className="text-muted text-left">
          <tr>
            <th scope="col" className="px-3 py-1.5 font-medium">Row</th>
            <th scope="col" className="px-3 py-1.5 font-medium">Item</th>
            <th scope="col" className="px-3 py-1.5 font-medium">Why</th>
          </tr>
        </thead>
        <tbody>
          {query.data.pages.flatMap((page) => page.items).map((problem, index) => (
            <tr key={index} className="border-t border-border align-top">
              <td className="px-3 py-1.5">{problem.row}</td>
              <td className="px-3 py-1.5 break-all">{problem.item}</td>
              <td className="px-3 py-1.5">{problem.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {query.hasNextPage && (
        <div className="p-2 text-center border-t border-border">
          <Button size="small" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>Show more</Button>
        </div>
      )}
    </div>
  );
}
