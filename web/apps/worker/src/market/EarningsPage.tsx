/** A freelancer's money: what there is, what moved it, and having it paid out. */

import { ApiError } from "@assay/client";
import { Badge, Button, ConfirmDialog, EmptyState, ErrorState, Field, Input, Panel, SkeletonRows, Table, Td, Textarea, Th, Tr, ago, buttonClass, toast } from "@assay/ui";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Earnings, type Payout, type StatementLine, market } from "./api";
import { PageHead, Shell, thumb } from "./Shell";
import { PAYOUTS, kindOf } from "./words";
import { useMode } from "./world";

export const EarningsPage = ({ onSignedOut }: { onSignedOut: () => void }) => (
  <Shell page="earnings" onSignedOut={onSignedOut}>
    {() => <Money />}
  </Shell>
);

function Money() {
  const mode = useMode();
  const [asking, setAsking] = useState(false);
  const earnings = useQuery({ queryKey: ["market", "earnings", mode], queryFn: ({ signal }) => market.earnings(mode, signal), staleTime: 0 });
  const payouts = useQuery({ queryKey: ["market", "earnings", mode, "payouts"], queryFn: ({ signal }) => market.payouts(mode, signal), staleTime: 0 });
  const mayAsk = earnings.data !== undefined && earnings.data.earned.minor > 0 && earnings.data.earned.minor >= earnings.data.payout_minimum.minor;
  return (
    <>
      <PageHead
        title="Earnings"
        actions={
          <>
            <a href={`/v1/market/earnings/statement.csv?mode=${mode}`} download className={`${buttonClass()} ${thumb()}`}>
              Statement as CSV
            </a>
            <Button variant="primary" icon="send" disabled={!mayAsk} onClick={() => setAsking(true)} className={thumb()}>
              Ask for a payout
            </Button>
          </>
        }
      />
      {earnings.isPending ? <SkeletonRows rows={2} /> : earnings.isLoadingError ? <ErrorState error={earnings.error} onRetry={() => void earnings.refetch()} /> : <Balance earnings={earnings.data} />}
      {payouts.data && payouts.data.items.length > 0 && <Payouts items={payouts.data.items} />}
      <Statement />
      {asking && earnings.data && <PayoutDialog earnings={earnings.data} onClose={() => setAsking(false)} />}
    </>
  );
}

function Balance({ earnings }: { earnings: Earnings }) {
  const parts = [
    ["Earned", earnings.earned.text, earnings.payout_minimum.minor > earnings.earned.minor ? `can be paid out from ${earnings.payout_minimum.text} on` : "can be paid out"],
    ["On its way", earnings.on_its_way.text, "asked for, not arrived yet"],
    ["Paid out", earnings.paid_out.text, "since you joined"],
  ] as const;
  return (
    <dl className="grid grid-cols-3 max-md:grid-cols-1 gap-3">
      {parts.map(([name, text, note]) => (
        <div key={name} className="bg-surface border border-border rounded-large p-4">
          <dt className="text-3 text-muted">{name}</dt>
          <dd className="text-6 font-semibold tabular-nums">
            {text} <span className="text-2 text-muted font-normal">{earnings.earned.currency}</span>
            <span className="block text-2 text-muted font-normal">{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Payouts({ items }: { items: readonly Payout[] }) {
  return (
    <Panel title="Payouts" flush>
      <ul className="divide-y divide-border">
        {items.map((one) => (
          <li key={one.id} className="px-4 py-3 flex items-start gap-3 text-3">
            <div className="grow min-w-0">
              <p className="break-words">{one.destination}</p>
              <p className="text-2 text-muted">
                Asked for {ago(one.asked_at, Date.now())}
                {one.reference && ` · reference ${one.reference}`}
              </p>
              {one.failure && <p className="text-danger mt-1 break-words">{one.failure} It is yours again.</p>}
            </div>
            <span className="font-semibold tabular-nums">{one.amount.text}</span>
            <Badge tone={PAYOUTS[one.state].tone}>{PAYOUTS[one.state].words}</Badge>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Statement() {
  const mode = useMode();
  const lines = useInfiniteQuery({
    queryKey: ["market", "earnings", mode, "statement"],
    queryFn: ({ signal, pageParam }) => market.statement(mode, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? null,
    staleTime: 0,
  });
  const items = lines.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title="Statement" flush>
      {lines.isPending ? (
        <SkeletonRows rows={4} />
      ) : lines.isLoadingError ? (
        <ErrorState error={lines.error} onRetry={() => void lines.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState icon="file" title="Nothing has moved yet">
          Your first approved answer stands here.
        </EmptyState>
      ) : (
        <>
          <Table label="Statement">
            <thead>
              <tr>
                <Th>When</Th>
                <Th>What</Th>
                <Th numeric>Amount</Th>
              </tr>
            </thead>
            <tbody>
              {items.map((line) => (
                <StatementRow key={line.id} line={line} />
              ))}
            </tbody>
          </Table>
          {lines.hasNextPage && (
            <div className="p-3 grid place-items-center">
              <Button busy={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>
                Show more
              </Button>
            </div>
          )}
        </>
      )}
    </Panel>
  );
}

function StatementRow({ line }: { line: StatementLine }) {
  return (
    <Tr>
      <Td className="whitespace-nowrap text-muted">
        <time dateTime={line.at} title={new Date(line.at).toLocaleString("en")}>
          {ago(line.at, Date.now())}
        </time>
      </Td>
      <Td className="min-w-40">
        {kindOf(line.kind)}
        {line.title && <span className="block text-2 text-muted break-words">{line.title}</span>}
        {line.memo && <span className="block text-2 text-muted break-words">{line.memo}</span>}
      </Td>
      <Td numeric className={line.amount.minor > 0 ? "tabular-nums text-ok font-medium" : "tabular-nums"}>
        {line.amount.minor > 0 && "+"}
        {line.amount.text}
      </Td>
    </Tr>
  );
}

function PayoutDialog({ earnings, onClose }: { earnings: Earnings; onClose: () => void }) {
  const mode = useMode();
  const queries = useQueryClient();
  const [destination, setDestination] = useState("");
  const [amount, setAmount] = useState("");
  const ask = useMutation({
    mutationFn: () => market.askForPayout(destination.trim(), amount.trim(), mode),
    onSuccess: async () => {
      toast("Asked for. You see here when it is on its way.");
      await queries.invalidateQueries({ queryKey: ["market", "earnings"] });
      onClose();
    },
  });
  const problem = (field: string): string | undefined => (ask.error instanceof ApiError ? ask.error.problems.find((one) => one.field === field)?.message : undefined);
  const elsewhere = ask.error && !problem("destination") && !problem("amount") ? ask.error.message : null;
  return (
    <ConfirmDialog title="Ask for a payout" description={`You have earned ${earnings.earned.text} ${earnings.earned.currency}.`} confirmLabel="Ask for it" busy={ask.isPending} disabled={destination.trim() === ""} onConfirm={() => ask.mutate()} onClose={onClose}>
      <div className="flex flex-col gap-3">
        <Field label="Where to" hint="Your name and account, as whoever pays needs it." error={problem("destination")}>
          {(control) => <Textarea {...control} data-autofocus rows={2} maxLength={500} value={destination} onChange={(event) => setDestination(event.target.value)} />}
        </Field>
        <Field label="How much" optional hint="All of it where you leave this empty." error={problem("amount")}>
          {(control) => <Input {...control} inputMode="decimal" placeholder={earnings.earned.text} value={amount} onChange={(event) => setAmount(event.target.value)} />}
        </Field>
        {elsewhere && (
          <p role="alert" className="text-3 text-danger">
            {elsewhere}
          </p>
        )}
      </div>
    </ConfirmDialog>
  );
}
