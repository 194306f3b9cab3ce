/** A turn at work: a customer's page in its frame, or one of our desks; then what became of it, and the next one. */

import { ApiError } from "@assay/client";
import { Button, ErrorState, buttonClass, toast } from "@assay/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTitle } from "../pages/useTitle";
import { go, onLink } from "../route";
import type { Draft } from "../work/drafts";
import type { Keep } from "../work/keep";
import { type Engagement, type EngagementShown, market } from "./api";
import { DeskWork } from "./DeskWork";
import { Ended } from "./Ended";
import { FrameWork } from "./FrameWork";
import { engagementPath, marketPath } from "./places";
import { Waiting } from "./Shell";
import { useAcceptsNext } from "./world";

export interface EngagementPageProps {
  readonly engagementId: string;
  readonly drafts: Keep<Draft>;
}

/** What a turn at work is given, whichever way it is worked at. */
export interface WorkProps {
  readonly shown: EngagementShown;
  /** It was handed in. */
  readonly onSubmitted: () => void;
  /** It may be over, or changed: ask again. */
  readonly onLook: () => void;
}

export function EngagementPage({ engagementId, drafts }: EngagementPageProps) {
  const queries = useQueryClient();
  const acceptsNext = useAcceptsNext();
  const [leading, setLeading] = useState(false);
  const [isLast, setLast] = useState(false);
  // What is worked at must not change under the worker: it is asked for again where something happened.
  const key = ["market", "engagement", engagementId];
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => market.engagement(engagementId, signal), staleTime: Infinity, refetchOnWindowFocus: false });
  useTitle(query.data?.title ?? "Your turn");
  const look = useCallback(() => void query.refetch(), [query]);

  const next = async (): Promise<void> => {
    if (!query.data) return;
    setLeading(true);
    try {
      const taken = await market.acceptNext(query.data.engagement.offer_id);
      queries.setQueryData(["market", "engagement", taken.engagement.id], taken);
      go(engagementPath(taken.engagement.id));
      toast("Sent. Here is the next one.");
    } catch (error) {
      // That nothing is left is said by the page of what was sent; anything else is worth knowing.
      const nothingLeft = error instanceof ApiError && error.code === "no_place_left";
      setLast(nothingLeft);
      if (!nothingLeft) toast(error instanceof ApiError ? error.detail : "The next one could not be accepted.", "neutral");
      await query.refetch();
    } finally {
      setLeading(false);
    }
  };
  const submitted = (): void => {
    void queries.invalidateQueries({ queryKey: ["market", "queue"] });
    void queries.invalidateQueries({ queryKey: ["market", "earnings"] });
    if (acceptsNext) void next();
    else look();
  };

  if (query.isLoadingError) {
    return (
      <main className="min-h-dvh grid place-items-center">
        <ErrorState title="This turn could not be opened" error={query.error} onRetry={look} action={<QueueLink />} />
      </main>
    );
  }
  if (!query.data) {
    return (
      <main className="min-h-dvh grid place-items-center">
        <Waiting>Opening your turn…</Waiting>
      </main>
    );
  }
  const { engagement, frame, turn } = query.data;
  const props: WorkProps = { shown: query.data, onSubmitted: submitted, onLook: look };
  if (engagement.state === "accepted" && frame) return <FrameWork {...props} frame={frame} leading={leading} />;
  if (engagement.state === "accepted" && turn) return <DeskWork {...props} turn={turn} drafts={drafts} leading={leading} />;
  return <Ended shown={query.data} leading={leading} isLast={isLast} onNext={() => void next()} />;
}

const QueueLink = () => (
  <a href={marketPath("queue")} onClick={onLink} className={buttonClass("secondary")}>
    Your queue
  </a>
);

/** Returned or extended: the same turn, as the server has it now. */
export function useTurnChanges(engagement: Engagement, onLook: () => void) {
  const queries = useQueryClient();
  const said = (error: unknown): void => {
    toast(error instanceof ApiError ? error.detail : "This did not work. Try again.", "danger");
    onLook();
  };
  return {
    extend: (): void => {
      const taken = (changed: Engagement): void => {
        queries.setQueryData<EngagementShown>(["market", "engagement", engagement.id], (before) => before && { ...before, engagement: changed });
        toast("You have more time.");
      };
      market.extend(engagement.id).then(taken, said);
    },
    giveBack: (): void => {
      const done = (): void => {
        void queries.invalidateQueries({ queryKey: ["market", "queue"] });
        toast("Returned. It counts against nobody.", "neutral");
        go(marketPath("queue"));
      };
      market.giveBack(engagement.id).then(done, said);
    },
  };
}

export const TryAgain = ({ onRetry }: { onRetry: () => void }) => (
  <Button size="small" onClick={onRetry}>
    Open the page again
  </Button>
);
