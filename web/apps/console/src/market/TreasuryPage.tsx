import { api, type Payout, type Requester } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Badge, Button, buttonClass, counted, EmptyState, Field, Icon, Input, Select, Td, Th, toast, Tr, type Tone } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { FormDialog } from "../people/dialogs";
import { useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { Freelancer } from "./Freelancer";
import { useMode } from "./MarketLayout";
import { shown } from "./money";
import { Listing, usePaged } from "./paged";
import { settingsQuery, useChange, useRefresh } from "./queries";

/** The market's own office: what came in from requesters, and what goes out to freelancers. */
export function TreasuryPage() {
  useTitle("Treasury", "Market");
  return (
    <>
      <Requesters />
      <Payouts />
      <LedgerCheck />
    </>
  );
}

type Booking = "fund" | "refund";

function Requesters() {
  const mayWrite = useMay("market.write");
  const [booking, setBooking] = useState<{ requester: Requester | null; which: Booking } | null>(null);
  const paged = usePaged<Requester>(["market", "requesters"], (paging, signal) => api.market.requesters(paging, signal));
  const fundAny = mayWrite && <Button onClick={() => setBooking({ requester: null, which: "fund" })}>Fund an organization</Button>;
  return (
    <>
      <Listing
        paged={paged}
        label="Requesters"
        title="Requesters"
        actions={paged.items.length > 0 && fundAny}
        head={
          <>
            <Th>Organization</Th>
            <Th numeric>Available</Th>
            <Th numeric className="max-md:hidden">Held</Th>
            {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
          </>
        }
        empty={
          <EmptyState icon="people" title="Nobody has money here yet" action={fundAny}>
            Bring an organization to the market with <code className="font-mono">assay market add</code>, and book what it sends in.
          </EmptyState>
        }
      >
        {(requester) => (
          <Tr key={requester.id}>
            <Td className="font-medium">{requester.name}</Td>
            <Td numeric className="tabular-nums whitespace-nowrap">{shown(requester.balance.available)}</Td>
            <Td numeric className="max-md:hidden tabular-nums whitespace-nowrap text-muted">{shown(requester.balance.held)}</Td>
            {mayWrite && (
              <Td className="text-right whitespace-nowrap">
                {requester.balance.available.minor > 0 && <Button size="small" variant="ghost" className="max-md:hidden" onClick={() => setBooking({ requester, which: "refund" })}>Send back</Button>}{" "}
                <Button size="small" onClick={() => setBooking({ requester, which: "fund" })}>Fund</Button>
              </Td>
            )}
          </Tr>
        )}
      </Listing>
      {booking && <BookingDialog {...booking} onClose={() => setBooking(null)} />}
    </>
  );
}

/** `requester` is none for one who has had no money yet: then it is named by its id. */
function BookingDialog({ requester, which, onClose }: { requester: Requester | null; which: Booking; onClose: () => void }) {
  const settings = useQuery(settingsQuery).data;
  const refresh = useRefresh();
  const form = useForm({ id: requester?.id ?? "", amount: "", reference: "", memo: "" }, async ({ id, ...payment }) => {
    const balance = await api.market[which](id.trim(), { ...payment, amount: payment.amount.trim() });
    await refresh();
    return balance;
  });
  const into = which === "fund";
  const name = requester?.name ?? "an organization";
  return (
    <FormDialog
      title={into ? `Fund ${name}` : `Send money back to ${name}`}
      description={into ? "Books what they sent in. Do it when it is there: they can spend it at once." : "Books what they got back of what is available."}
      form={form}
      fields={["amount", "reference", "memo"]}
      submitLabel={into ? "Fund" : "Send back"}
      onClose={onClose}
      onDone={(balance) => {
        toast(`${requester?.name ?? "It"} has ${shown(balance.available)} available`);
        onClose();
      }}
    >
      {requester === null && (
        <Field label="Its id" hint="Its owner finds it under Money; the command that brought it here said it too.">
          {(control) => <Input {...control} data-autofocus required pattern="\s*[0-9a-fA-F\-]{36}\s*" className="font-mono" value={form.value.id} onChange={(event) => form.set({ id: event.target.value })} />}
        </Field>
      )}
      <Field label={`Amount${settings ? ` (${settings.currency})` : ""}`} error={form.problems.at("amount")}>
        {(control) => <Input {...control} data-autofocus={requester !== null || undefined} required inputMode="decimal" placeholder="250.00" value={form.value.amount} onChange={(event) => form.set({ amount: event.target.value })} />}
      </Field>
      <Field label="Reference" hint="What tells this payment from all others, as the bank has it. The same one again changes nothing." error={form.problems.at("reference")}>
        {(control) => <Input {...control} required maxLength={120} value={form.value.reference} onChange={(event) => form.set({ reference: event.target.value })} />}
      </Field>
      <Field label="Note" optional error={form.problems.at("memo")}>
        {(control) => <Input {...control} maxLength={200} value={form.value.memo} onChange={(event) => form.set({ memo: event.target.value })} />}
      </Field>
    </FormDialog>
  );
}

const PAYOUT_TONES: Record<Payout["state"], Tone> = { asked: "warn", sent: "accent", paid: "ok", failed: "danger" };

function Payouts() {
  const mode = useMode();
  const mayWrite = useMay("market.write");
  const refresh = useRefresh();
  const [state, setState] = useState<Payout["state"] | "">("sent");
  const [telling, setTelling] = useState<{ payout: Payout; state: "paid" | "failed" } | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const paged = usePaged<Payout>(["market", "payouts", mode, state], (paging, signal) => api.market.payouts({ mode, state, ...paging }, signal), { refetchInterval: 30_000 });
  const take = async (chosen: File): Promise<void> => {
    try {
      const done = await api.market.tellPayouts(chosen);
      toast(`${counted(done.paid, "payout")} paid, ${done.failed} failed`);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), "danger");
    }
    await refresh();
  };
  return (
    <>
      <Listing
        paged={paged}
        label="Payouts"
        title="Payouts"
        actions={
          <Select aria-label="State of payouts" className="w-32" value={state} onChange={(event) => setState(event.target.value as Payout["state"] | "")}>
            <option value="sent">To pay</option>
            <option value="asked">Just asked</option>
            <option value="paid">Paid</option>
            <option value="failed">Failed</option>
            <option value="">All</option>
          </Select>
        }
        head={
          <>
            <Th>Freelancer</Th>
            <Th numeric>Amount</Th>
            <Th className="max-md:hidden">Where to</Th>
            <Th className="max-md:hidden">Asked</Th>
            {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
          </>
        }
        empty={
          <EmptyState icon="check" title={state === "sent" ? "Nothing is to be paid" : "No such payouts"}>
            {state === "sent" && "Freelancers ask for what they earned; it waits here until you say that it is paid."}
          </EmptyState>
        }
      >
        {(payout) => (
          <Tr key={payout.id}>
            <Td>
              <span className="flex flex-wrap items-center gap-2">
                <Freelancer id={payout.freelancer_id} />
                <Badge tone={PAYOUT_TONES[payout.state]}>{payout.state === "sent" ? "to pay" : payout.state}</Badge>
              </span>
              <span className="md:hidden block text-2 text-muted break-words">{payout.destination}</span>
              {payout.failure && <span className="block text-2 text-danger">{payout.failure}</span>}
              {payout.reference && <span className="block text-2 text-muted max-md:hidden">{payout.reference}</span>}
            </Td>
            <Td numeric className="tabular-nums whitespace-nowrap">{shown(payout.amount)}</Td>
            <Td className="max-md:hidden break-words max-w-80">{payout.destination}</Td>
            <Td className="max-md:hidden text-muted whitespace-nowrap">{ago(payout.asked_at, Date.now())}</Td>
            {mayWrite && (
              <Td className="text-right whitespace-nowrap">
                {payout.state === "sent" && (
                  <>
                    <Button size="small" variant="ghost" onClick={() => setTelling({ payout, state: "failed" })}>Failed</Button>{" "}
                    <Button size="small" onClick={() => setTelling({ payout, state: "paid" })}>Paid</Button>
                  </>
                )}
              </Td>
            )}
          </Tr>
        )}
      </Listing>
      <div className="flex flex-wrap gap-2 -mt-2">
        <a href={api.market.payoutsUrl(state === "" ? "sent" : state, mode)} download className={buttonClass("secondary")}>
          <Icon name="download" /> Download CSV
        </a>
        {mayWrite && (
          <>
            <Button icon="upload" onClick={() => file.current?.click()}>Take back the filled file</Button>
            <input
              ref={file}
              type="file"
              accept=".csv,text/csv"
              className="sr-only"
              tabIndex={-1}
              aria-label="Filled file of payouts"
              onChange={(event) => {
                const chosen = event.target.files?.[0];
                event.target.value = "";
                if (chosen) void take(chosen);
              }}
            />
          </>
        )}
      </div>
      {telling && <OutcomeDialog {...telling} onClose={() => setTelling(null)} />}
    </>
  );
}

function OutcomeDialog({ payout, state, onClose }: { payout: Payout; state: "paid" | "failed"; onClose: () => void }) {
  const refresh = useRefresh();
  const paid = state === "paid";
  const form = useForm({ said: "" }, async ({ said }) => {
    const outcome = paid ? { state, reference: said.trim() || null, failure: null } : { state, reference: null, failure: said };
    const told = await api.market.tellPayout(payout.id, outcome);
    await refresh();
    return told;
  });
  return (
    <FormDialog
      title={paid ? `${shown(payout.amount)} is paid?` : "The payout failed?"}
      description={paid ? payout.destination : "The freelancer has the money back, can ask again, and reads why."}
      form={form}
      fields={["reference", "failure"]}
      submitLabel={paid ? "It is paid" : "It failed"}
      onClose={onClose}
      onDone={onClose}
    >
      <Field label={paid ? "The bank's reference" : "Why"} optional={paid} error={form.problems.at(paid ? "reference" : "failure")}>
        {(control) => <Input {...control} data-autofocus required={!paid} maxLength={200} value={form.value.said} onChange={(event) => form.set({ said: event.target.value })} />}
      </Field>
    </FormDialog>
  );
}

/** Adds all entries up again when asked; it reads the whole ledger. */
function LedgerCheck() {
  const check = useChange(
    () => api.market.checkLedger(),
    () => undefined,
  );
  const found = check.data;
  return (
    <div className="flex flex-wrap items-center gap-3 text-3">
      <Button icon="review" busy={check.isPending} onClick={() => check.mutate(undefined)}>Check the books</Button>
      <span role="status">
        {found &&
          (found.holds ? (
            <span className="text-ok">They hold: {counted(found.report.entries, "entry", "entries")} of {counted(found.report.transfers, "transfer")} added up.</span>
          ) : (
            <span className="text-danger">They do not hold. Run <code className="font-mono">assay check-ledger</code> for every finding.</span>
          ))}
      </span>
    </div>
  );
}
