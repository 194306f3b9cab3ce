import { api, type StatementLine } from "@assay/client";
import { buttonClass, CopyField, EmptyState, ErrorState, Field, Icon, Input, Skeleton, Td, Th, Tr } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTitle } from "../shell/page";
import { useMe } from "../shell/session";
import { Freelancer } from "./Freelancer";
import { useMode, useRunsMarket } from "./MarketLayout";
import { shown } from "./money";
import { Listing, usePaged } from "./paged";
import { balanceQuery } from "./queries";
import { kindWords } from "./words";

export function MoneyPage() {
  useTitle("Money", "Market");
  const mode = useMode();
  const runs = useRunsMarket();
  const { organization } = useMe();
  const balance = useQuery(balanceQuery(mode));
  const [days, setDays] = useState({ since: "", until: "" });
  const paged = usePaged<StatementLine>(["market", "statement", mode, days.since, days.until], (paging, signal) =>
    api.market.statement({ mode, ...days, ...paging }, signal),
  );
  const filtered = days.since !== "" || days.until !== "";

  return (
    <>
      {balance.isLoadingError ? (
        <ErrorState title="The balance could not be loaded" error={balance.error} onRetry={() => void balance.refetch()} />
      ) : (
        <dl className="grid sm:grid-cols-2 gap-3">
          <Sum name="Available" note={mode === "test" ? "Play money never runs out." : "For new postings and bonuses."} value={balance.data && shown(balance.data.available)} />
          <Sum name="Held" note="Set aside for postings. What nobody earns comes back when they end." value={balance.data && shown(balance.data.held)} />
        </dl>
      )}
      <div className="flex flex-wrap items-end gap-3">
        <Field label="From" className="w-40">
          {(control) => <Input {...control} type="date" value={days.since} onChange={(event) => setDays({ ...days, since: event.target.value })} />}
        </Field>
        <Field label="Before" className="w-40">
          {(control) => <Input {...control} type="date" value={days.until} onChange={(event) => setDays({ ...days, until: event.target.value })} />}
        </Field>
        <span className="grow" />
        <a href={api.market.statementUrl({ mode, ...days })} download className={buttonClass("secondary")}>
          <Icon name="download" /> Download CSV
        </a>
      </div>
      <Listing
        paged={paged}
        label="Statement"
        title="Statement"
        head={
          <>
            <Th>What</Th>
            <Th numeric>Available</Th>
            <Th numeric className="max-md:hidden">Held</Th>
            <Th numeric className="max-md:hidden">Fee</Th>
            <Th className="max-md:hidden">When</Th>
          </>
        }
        empty={
          <EmptyState icon="file" title={filtered ? "Nothing moved in these days" : "No money has moved yet"}>
            {filtered ? "Times are UTC." : runs ? "Fund an organization under Treasury." : "Send money to whoever runs the market, with your organization's id; once it is booked, it stands here."}
            {!filtered && !runs && (
              <div className="mt-3 text-left">
                <CopyField label="Your organization's id" value={organization.id} />
              </div>
            )}
          </EmptyState>
        }
      >
        {(line) => (
          <Tr key={line.id}>
            <Td>
              <span className="font-medium">{kindWords(line.kind)}</span>
              {line.title && <span className="text-muted"> · {line.title}</span>}
              <span className="block text-2 text-muted">
                {line.kind === "pay" || line.kind === "pay_again" || line.kind === "bonus" ? line.other_id && <Freelancer id={line.other_id} /> : line.memo}
                <span className="md:hidden">
                  {" "}
                  <When at={line.at} />
                </span>
              </span>
            </Td>
            <Td numeric className="tabular-nums whitespace-nowrap">
              <Change amount={line.amount} />
              {line.set_aside.minor !== 0 && (
                <span className="md:hidden block text-2 text-muted">
                  held <Change amount={line.set_aside} plain />
                </span>
              )}
            </Td>
            <Td numeric className="max-md:hidden tabular-nums whitespace-nowrap">
              <Change amount={line.set_aside} plain />
            </Td>
            <Td numeric className="max-md:hidden tabular-nums whitespace-nowrap text-muted">{line.fee.minor === 0 ? "–" : shown(line.fee)}</Td>
            <Td className="max-md:hidden whitespace-nowrap text-muted">
              <When at={line.at} />
            </Td>
          </Tr>
        )}
      </Listing>
    </>
  );
}

function Sum({ name, note, value }: { name: string; note: string; value: string | undefined }) {
  return (
    <div className="bg-surface border border-border rounded-large p-4">
      <dt className="text-2 text-muted">{name}</dt>
      <dd className="text-6 font-semibold tabular-nums leading-8">{value ?? <Skeleton className="h-7 w-32 mt-0.5" />}</dd>
      <dd className="text-2 text-muted mt-1">{note}</dd>
    </div>
  );
}

/** What came with a plus, what went with a minus. `plain`: in no colour, as it only changed its place. */
function Change({ amount, plain = false }: { amount: StatementLine["amount"]; plain?: boolean }) {
  if (amount.minor === 0) return <span className="text-muted">–</span>;
  return <span className={amount.minor > 0 && !plain ? "text-ok" : ""}>{`${amount.minor > 0 ? "+" : ""}${shown(amount)}`}</span>;
}

function When({ at }: { at: string }) {
  return (
    <time dateTime={at}>
      {new Date(at).toLocaleString("en", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false })}
    </time>
  );
}
