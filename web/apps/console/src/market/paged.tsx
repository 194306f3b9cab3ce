/** Lists that come page by page, in all the states they can be in. */
import type { Page } from "@assay/client";
import { count, cx, ErrorState, Pager, Panel, SkeletonRows, Table } from "@assay/ui";
import { keepPreviousData, useQuery, type QueryKey } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

const PER_PAGE = 25;

export interface Paged<T> {
  items: readonly T[];
  /** Of the page that is shown, for what is asked beside it. */
  cursor: string | null;
  pending: boolean;
  error: Error | null;
  /** The page before this one is still shown. */
  stale: boolean;
  retry: () => void;
  pager: ReactNode;
}

interface Options {
  perPage?: number;
  refetchInterval?: number;
  enabled?: boolean;
}

/** One page after another of a list. Another `key` begins at its first page. */
export function usePaged<T>(
  key: QueryKey,
  fetch: (paging: { cursor: string | null; limit: number }, signal: AbortSignal) => Promise<Page<T>>,
  { perPage = PER_PAGE, ...options }: Options = {},
): Paged<T> {
  const name = JSON.stringify(key);
  const [place, setPlace] = useState<{ name: string; cursors: readonly (string | null)[] }>({ name, cursors: [null] });
  const cursors = place.name === name ? place.cursors : [null];
  const go = (next: readonly (string | null)[]): void => setPlace({ name, cursors: next });
  const cursor = cursors.at(-1) ?? null;
  const query = useQuery({
    queryKey: [...key, cursor],
    queryFn: ({ signal }) => fetch({ cursor, limit: perPage }, signal),
    placeholderData: keepPreviousData,
    ...options,
  });
  const items = query.data?.items ?? [];
  const next = query.data?.next_cursor ?? null;
  const first = (cursors.length - 1) * perPage;
  return {
    items,
    cursor,
    pending: query.isPending,
    error: query.isLoadingError ? query.error : null,
    stale: query.isPlaceholderData,
    retry: () => void query.refetch(),
    pager: (cursors.length > 1 || next !== null) && (
      <Pager
        hasPrevious={cursors.length > 1}
        hasNext={next !== null && !query.isPlaceholderData}
        onPrevious={() => go(cursors.slice(0, -1))}
        onNext={() => go([...cursors, next])}
        summary={!query.isPlaceholderData && items.length > 0 && `${count(first + 1)} to ${count(first + items.length)}`}
      />
    ),
  };
}

interface ListingProps<T> {
  paged: Paged<T>;
  /** What the list holds, for assistive technology and where it cannot be loaded. */
  label: string;
  title?: ReactNode;
  actions?: ReactNode;
  /** The cells of the heading. */
  head: ReactNode;
  empty: ReactNode;
  /** One row. */
  children: (item: T) => ReactNode;
}

export function Listing<T>({ paged, label, title, actions, head, empty, children }: ListingProps<T>) {
  return (
    <div className="flex flex-col gap-3 min-w-0">
      <Panel flush title={title} actions={actions} className={cx(paged.stale && "opacity-60")}>
        {paged.pending ? (
          <SkeletonRows rows={4} />
        ) : paged.error ? (
          <ErrorState title={`${label} could not be loaded`} error={paged.error} onRetry={paged.retry} />
        ) : paged.items.length === 0 ? (
          empty
        ) : (
          <Table label={label}>
            <thead>
              <tr>{head}</tr>
            </thead>
            <tbody>{paged.items.map(children)}</tbody>
          </Table>
        )}
      </Panel>
      {paged.pager}
    </div>
  );
}
