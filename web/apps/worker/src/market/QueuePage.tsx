/** The turns that are held: how long each is still yours, to go on with or to return. */

import { ApiError } from "@assay/client";
import { Button, EmptyState, ErrorState, SkeletonRows, buttonClass, toast } from "@assay/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Countdown } from "../pages/Countdown";
import { onLink } from "../route";
import { type TitledEngagement, market } from "./api";
import { engagementPath, marketPath } from "./places";
import { PageHead, Shell, thumb } from "./Shell";
import { money } from "./words";
import { useMode } from "./world";

const REFRESH_MS = 30_000;

export const QueuePage = ({ onSignedOut }: { onSignedOut: () => void }) => (
  <Shell page="queue" onSignedOut={onSignedOut}>
    {() => <Queue />}
  </Shell>
);

function Queue() {
  const mode = useMode();
  const turns = useQuery({ queryKey: ["market", "queue", mode], queryFn: ({ signal }) => market.engagements(["accepted"], mode, null, signal), staleTime: 0, refetchInterval: REFRESH_MS });
  const failed = (error: Error): void => {
    toast(error instanceof ApiError ? error.detail : "This did not work. Try again.", "danger");
    void turns.refetch();
  };
  const giveBack = useMutation({
    mutationFn: market.giveBack,
    onSuccess: () => {
      toast("Returned. It counts against nobody.", "neutral");
      void turns.refetch();
    },
    onError: failed,
  });
  const extend = useMutation({ mutationFn: market.extend, onSuccess: () => void turns.refetch(), onError: failed });
  const items = turns.data?.items ?? [];
  return (
    <>
      <PageHead title="Your queue">What you accepted stays yours until its time runs out. Return what you do not want: it costs nothing.</PageHead>
      {turns.isPending ? (
        <SkeletonRows rows={3} />
      ) : turns.isLoadingError ? (
        <ErrorState error={turns.error} onRetry={() => void turns.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState icon="play" title="You hold nothing now" action={<a href={marketPath("jobs")} onClick={onLink} className={buttonClass("primary")}>Find work</a>}>
          A job that you accept waits here while you are away from it.
        </EmptyState>
      ) : (
        <ul aria-label="Turns" className="flex flex-col gap-3">
          {items.map((one) => (
            <Held key={one.id} one={one} busy={giveBack.isPending} onReturn={() => giveBack.mutate(one.id)} onExtend={() => extend.mutate(one.id)} onEnded={() => void turns.refetch()} />
          ))}
        </ul>
      )}
    </>
  );
}

function Held({ one, busy, onReturn, onExtend, onEnded }: { one: TitledEngagement; busy: boolean; onReturn: () => void; onExtend: () => void; onEnded: () => void }) {
  const clockOffset = Date.parse(one.server_time) - Date.now();
  return (
    <li className="bg-surface border border-border rounded-large p-4 flex items-center gap-4 max-md:flex-col max-md:items-stretch max-md:gap-3">
      <div className="grow min-w-0">
        <h2 className="text-4 font-semibold break-words">{one.title}</h2>
        <p className="text-3 text-muted">{money(one.reward_minor, one.currency)} when it is approved</p>
      </div>
      <Countdown noun="turn" leaseUntil={one.deadline} clockOffset={Math.round(clockOffset / 1000) * 1000} canExtend={!one.extended} onExtend={onExtend} onEnded={onEnded} />
      <div className="flex gap-2 max-md:[&>*]:grow">
        <Button disabled={busy} onClick={onReturn} aria-label={`Return: ${one.title}`} className={thumb()}>
          Return
        </Button>
        <a href={engagementPath(one.id)} onClick={onLink} aria-label={`Go on: ${one.title}`} className={`${buttonClass("primary")} ${thumb()}`}>
          Go on
        </a>
      </div>
    </li>
  );
}
