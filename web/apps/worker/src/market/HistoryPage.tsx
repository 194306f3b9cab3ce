/** What was done: its state, its pay, what its requester said of it, and when it is approved by itself. */

import { Badge, Button, EmptyState, ErrorState, Segmented, SkeletonRows, ago, buttonClass } from "@assay/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { onLink } from "../route";
import { type EngagementState, type TitledEngagement, market } from "./api";
import { engagementPath, marketPath } from "./places";
import { PageHead, Shell, thumb } from "./Shell";
import { STATES, ahead, money } from "./words";
import { useMode } from "./world";

const SHOWN = {
  all: ["submitted", "approved", "rejected", "returned", "abandoned"],
  waiting: ["submitted"],
  approved: ["approved"],
  rejected: ["rejected"],
} as const satisfies Record<string, readonly EngagementState[]>;
type Shown = keyof typeof SHOWN;

const CHOICES: readonly { value: Shown; label: string }[] = [
  { value: "all", label: "All" },
  { value: "waiting", label: "Waiting" },
  { value: "approved", label: "Approved" },
  { value: "rejected", label: "Rejected" },
];

export const HistoryPage = ({ onSignedOut }: { onSignedOut: () => void }) => (
  <Shell page="history" onSignedOut={onSignedOut}>
    {() => <History />}
  </Shell>
);

function History() {
  const mode = useMode();
  const [shown, setShown] = useState<Shown>("all");
  const turns = useInfiniteQuery({
    queryKey: ["market", "history", mode, shown],
    queryFn: ({ signal, pageParam }) => market.engagements(SHOWN[shown], mode, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? null,
    staleTime: 0,
  });
  const items = turns.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHead title="History" actions={<Segmented label="Which turns" value={shown} onValue={setShown} options={CHOICES} />}>
        What nobody decides on in time is approved by itself, and paid.
      </PageHead>
      {turns.isPending ? (
        <SkeletonRows />
      ) : turns.isLoadingError ? (
        <ErrorState error={turns.error} onRetry={() => void turns.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState icon="event" title={shown === "all" ? "You have handed in nothing yet" : "None of these"} action={<a href={marketPath("jobs")} onClick={onLink} className={buttonClass("primary")}>Find work</a>}>
          Everything you hand in is listed here, with what became of it.
        </EmptyState>
      ) : (
        <>
          <ul aria-label="Turns" className="bg-surface border border-border rounded-large divide-y divide-border">
            {items.map((one) => (
              <Line key={one.id} one={one} />
            ))}
          </ul>
          {turns.hasNextPage && (
            <div className="grid place-items-center">
              <Button busy={turns.isFetchingNextPage} onClick={() => void turns.fetchNextPage()} className={thumb()}>
                Show more
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}

function Line({ one }: { one: TitledEngagement }) {
  const now = Date.parse(one.server_time);
  const { words, tone } = STATES[one.state];
  return (
    <li className="p-4 flex gap-4 items-start max-md:gap-3">
      <div className="grow min-w-0">
        <h2 className="text-3 font-semibold break-words">
          <a href={engagementPath(one.id)} onClick={onLink} className="text-text no-underline hover:underline">
            {one.title}
          </a>
        </h2>
        <p className="text-2 text-muted mt-0.5">
          {one.submitted_at ? `Sent ${ago(one.submitted_at, now)}` : `Accepted ${ago(one.accepted_at, now)}`}
          {one.state === "submitted" && one.auto_approve_at && ` · approved by itself ${ahead(one.auto_approve_at, now)}`}
          {one.decided_at && ` · decided ${ago(one.decided_at, now)}`}
        </p>
        {one.feedback && <blockquote className="text-3 border-l-2 border-border-strong pl-3 mt-2 whitespace-pre-line break-words">{one.feedback}</blockquote>}
      </div>
      <div className="shrink-0 flex flex-col items-end gap-1">
        <span className={one.state === "approved" || one.state === "submitted" ? "text-4 font-semibold tabular-nums" : "text-4 text-muted line-through tabular-nums"}>{money(one.reward_minor, one.currency)}</span>
        <Badge tone={tone}>{words}</Badge>
      </div>
    </li>
  );
}
