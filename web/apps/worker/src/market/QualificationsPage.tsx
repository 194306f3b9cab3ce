/** Qualifications: what one has, what can be asked for, and taking tests. */

import { ApiError } from "@assay/client";
import { Badge, Button, EmptyState, ErrorState, Field, Input, Panel, SkeletonRows, ago, duration, toast } from "@assay/ui";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type OfferedQualification, type QualificationRequest, market } from "./api";
import { PageHead, Shell, thumb } from "./Shell";
import { TestSheet } from "./TestSheet";
import { REQUESTS, ahead } from "./words";
import { useMode } from "./world";

export const QualificationsPage = ({ onSignedOut }: { onSignedOut: () => void }) => (
  <Shell page="qualifications" onSignedOut={onSignedOut}>
    {() => <Qualifications />}
  </Shell>
);

interface Taken {
  readonly type: OfferedQualification;
  readonly request: QualificationRequest;
}

function Qualifications() {
  const mode = useMode();
  const queries = useQueryClient();
  const [named] = useState(() => new URLSearchParams(location.search).get("type"));
  const [words, setWords] = useState("");
  const [taken, setTaken] = useState<Taken | null>(null);
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ["market", "qualifications"] });
  const mine = useQuery({ queryKey: ["market", "qualifications", mode, "mine"], queryFn: ({ signal }) => market.mine(mode, signal) });
  // Led here by a job: what it wants stands first.
  const first = useQuery({ queryKey: ["market", "qualifications", mode, "one", named], queryFn: ({ signal }) => market.offeredOne(named ?? "", mode, signal), enabled: named !== null, retry: false });
  const offered = useInfiniteQuery({
    queryKey: ["market", "qualifications", mode, "offered", words],
    queryFn: ({ signal, pageParam }) => market.offered(words, mode, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? null,
    placeholderData: (before) => before,
  });
  const failed = (error: Error): void => {
    toast(error instanceof ApiError ? error.detail : "This did not work. Try again.", "danger");
    void refresh();
  };
  const ask = useMutation({
    mutationFn: (type: OfferedQualification) => market.ask(type.type_id, mode),
    onSuccess: (request) => {
      toast(REQUESTS[request.state]);
      void refresh();
    },
    onError: failed,
  });
  const begin = useMutation({
    mutationFn: async (type: OfferedQualification): Promise<Taken> => ({ type, request: await market.beginTest(type.type_id, mode) }),
    onSuccess: setTaken,
    onError: failed,
  });
  if (taken?.request.test) {
    return (
      <TestSheet
        name={taken.type.name}
        request={taken.request}
        test={taken.request.test}
        onDone={(request) => {
          setTaken(null);
          if (request) toast(REQUESTS[request.state] + (request.value === null ? "" : ` You scored ${request.value}.`), request.state === "lapsed" ? "neutral" : "ok");
          void refresh();
        }}
      />
    );
  }
  const busy = ask.isPending || begin.isPending;
  const row = (type: OfferedQualification) => <Row key={type.type_id} type={type} busy={busy} onAsk={() => ask.mutate(type)} onTest={() => begin.mutate(type)} />;
  const items = (offered.data?.pages.flatMap((page) => page.items) ?? []).filter((one) => one.type_id !== first.data?.type_id);
  return (
    <>
      <PageHead title="Qualifications">They open jobs to you. Some are granted when you ask, some by a test, some by a requester who knows your work.</PageHead>
      {first.data && (
        <Panel title="Wanted by the job you came from" flush>
          <ul>{row(first.data)}</ul>
        </Panel>
      )}
      <Panel title="Yours" flush>
        {mine.isPending ? (
          <SkeletonRows rows={2} />
        ) : mine.isLoadingError ? (
          <ErrorState error={mine.error} onRetry={() => void mine.refetch()} />
        ) : mine.data.length === 0 ? (
          <p className="p-4 text-3 text-muted">You have none yet.</p>
        ) : (
          <ul className="divide-y divide-border">{mine.data.map(row)}</ul>
        )}
      </Panel>
      <Panel title="What you can ask for" flush>
        <div className="p-3 border-b border-border">
          <Field label="Words" labelHidden>
            {(control) => <Input {...control} type="search" maxLength={200} placeholder="Search by name, keywords or description" value={words} onChange={(event) => setWords(event.target.value)} className={thumb()} />}
          </Field>
        </div>
        {offered.isPending ? (
          <SkeletonRows rows={4} />
        ) : offered.isLoadingError ? (
          <ErrorState error={offered.error} onRetry={() => void offered.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState icon="key" title="There is nothing to ask for now">
            Jobs say what they want of you, and how to come by it.
          </EmptyState>
        ) : (
          <ul className="divide-y divide-border">{items.map(row)}</ul>
        )}
        {offered.hasNextPage && (
          <div className="p-3 grid place-items-center">
            <Button busy={offered.isFetchingNextPage} onClick={() => void offered.fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </Panel>
    </>
  );
}

function Row({ type, busy, onAsk, onTest }: { type: OfferedQualification; busy: boolean; onAsk: () => void; onTest: () => void }) {
  return (
    <li className="p-4 flex gap-4 items-start max-md:flex-col max-md:items-stretch max-md:gap-3">
      <div className="grow min-w-0">
        <h3 className="text-3 font-semibold break-words">{type.name}</h3>
        <p className="text-3 text-muted break-words">{type.description}</p>
        <p className="text-2 text-muted mt-0.5">{told(type)}</p>
        {type.reason && <p className="text-2 mt-0.5 break-words">“{type.reason}”</p>}
      </div>
      <div className="flex items-center gap-2 shrink-0 max-md:[&>button]:grow">
        {type.holds && (
          <Badge tone="ok" icon="check">
            {type.value === null ? "You have it" : `You have ${type.value}`}
          </Badge>
        )}
        {type.way === "request" && !type.holds && (
          <Button busy={busy} onClick={onAsk} aria-label={`Ask for: ${type.name}`} className={thumb()}>
            Ask for it
          </Button>
        )}
        {type.way === "test" && (
          <Button variant={type.holds ? "secondary" : "primary"} busy={busy} onClick={onTest} aria-label={`Take the test: ${type.name}`} className={thumb()}>
            Take the test
          </Button>
        )}
      </div>
    </li>
  );
}

function told(type: OfferedQualification): string {
  const now = Date.now();
  const parts: string[] = [];
  if (type.granted_at && type.holds) parts.push(`granted ${ago(type.granted_at, now)}`);
  if (type.expires_at && type.holds) parts.push(`until ${new Date(type.expires_at).toLocaleDateString("en")}`);
  if (type.revoked_at) parts.push(`taken back ${ago(type.revoked_at, now)}`);
  if (type.way === "test" && type.test_seconds !== null) parts.push(`a test of at most ${duration(type.test_seconds)}`);
  if (type.way === "request") parts.push(type.auto_granted ? "granted at once" : "its requester decides");
  if (type.way === "wait") parts.push(type.again_at ? `you may ask again ${ahead(type.again_at, now)}` : "asked for; its requester decides");
  if (type.way === "requester" && !type.holds) parts.push("only its requester gives it");
  if (type.way === "none" && !type.holds) parts.push("it can be asked for only once");
  return parts.length === 0 ? "" : parts.join(" · ").replace(/^./, (letter) => letter.toUpperCase());
}
