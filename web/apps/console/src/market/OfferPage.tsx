import { api, type Offer } from "@assay/client";
import { Badge, Button, ConfirmDialog, count, counted, duration, Skeleton, TabPanel, Tabs } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { LoadError, useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { Decisions } from "./Decisions";
import { useMode } from "./MarketLayout";
import { shown } from "./money";
import { Postings } from "./Postings";
import { PublishDialog } from "./PublishDialog";
import { offerQuery, ownTypesQuery, settingsQuery, useChange } from "./queries";
import { requirementWords } from "./words";

const route = getRouteApi("/console/market/offers/$offerId");

export function OfferPage() {
  const { offerId } = route.useParams();
  const query = useQuery(offerQuery(offerId));
  const offer = query.data;
  useTitle(offer?.title, "Market");
  const mayWrite = useMay("market.write");
  const [tab, setTab] = useState<"decide" | "postings">("decide");
  const [publishing, setPublishing] = useState(false);
  const state = useChange(
    (one: Offer) => (one.state === "paused" ? api.market.resume(one.id) : api.market.pause(one.id)),
    (now) => (now.state === "paused" ? "Paused: nobody new begins" : "The offer goes on"),
  );
  if (query.isLoadingError) return <LoadError what="offer" error={query.error} onRetry={() => void query.refetch()} />;
  if (!offer) return <Skeleton className="h-64 w-full" />;
  const waiting = offer.progress?.engagements["submitted"] ?? 0;

  return (
    <>
      <div className="flex flex-wrap items-start gap-3">
        <div className="grow min-w-60">
          <Link to="/console/market" className="text-2 text-muted no-underline hover:underline rounded-small">
            Offers
          </Link>
          <h2 className="text-5 font-semibold flex flex-wrap items-center gap-2">
            {offer.title}
            {offer.state === "paused" && <Badge tone="warn" icon="pause">paused</Badge>}
            {offer.mode === "test" && <Badge>sandbox</Badge>}
          </h2>
          <p className="text-3 text-muted max-w-160 whitespace-pre-line">{offer.description}</p>
        </div>
        {mayWrite && (
          <div className="flex gap-2">
            <Button icon={offer.state === "paused" ? "play" : "pause"} busy={state.isPending} onClick={() => state.mutate(offer)}>
              {offer.state === "paused" ? "Resume" : "Pause"}
            </Button>
            <Button variant="primary" icon="send" disabled={offer.state === "paused"} onClick={() => setPublishing(true)}>
              Post tasks
            </Button>
          </div>
        )}
      </div>
      <Terms offer={offer} />
      <TopUp offer={offer} />
      <Tabs
        label="Of this offer"
        value={tab}
        onValue={setTab}
        className="flex flex-col gap-4"
        tabs={[
          { value: "decide", label: waiting > 0 ? `Answers (${count(waiting)} to decide)` : "Answers" },
          { value: "postings", label: "Postings" },
        ]}
      >
        <TabPanel value="decide">
          <Decisions offer={offer} />
        </TabPanel>
        <TabPanel value="postings">
          <Postings offer={offer} />
        </TabPanel>
      </Tabs>
      {publishing && <PublishDialog offer={offer} onClose={() => setPublishing(false)} onPosted={() => setTab("postings")} />}
    </>
  );
}

function Terms({ offer }: { offer: Offer }) {
  const types = useQuery(ownTypesQuery(offer.mode)).data?.items ?? [];
  const pay = usePay(offer);
  const engagements = offer.progress?.engagements ?? {};
  const postings = Object.values(offer.progress?.postings ?? {}).reduce((sum, one) => sum + one, 0);
  const decided = (engagements["approved"] ?? 0) + (engagements["rejected"] ?? 0);
  return (
    <dl className="grid grid-cols-2 md:grid-cols-4 gap-px bg-border border border-border rounded-large overflow-hidden [&>div]:bg-surface [&>div]:p-3">
      <Term name="Reward">{shown(offer.reward)}</Term>
      <Term name="An hour of it" note={pay?.hourly && pay.median_seconds ? `${duration(pay.median_seconds)} in the middle of ${count(pay.measured)}` : "too few answers to tell"}>
        {pay?.hourly ? shown(pay.hourly) : "–"}
      </Term>
      <Term name="Postings" note={`${count(engagements["accepted"] ?? 0)} at work now`}>{count(postings)}</Term>
      <Term name="Decided" note={`${count(engagements["approved"] ?? 0)} approved, ${count(engagements["rejected"] ?? 0)} rejected`}>{count(decided)}</Term>
      <Term name="Time for one">{duration(offer.duration_seconds)}</Term>
      <Term name="Approved by itself">{offer.auto_approval_seconds === 0 ? "at once" : `after ${duration(offer.auto_approval_seconds)}`}</Term>
      <Term name="One freelancer">{offer.per_worker_cap === null ? "as many as they like" : `at most ${count(offer.per_worker_cap)}`}</Term>
      <Term name="Who may do it">
        {offer.requirements.length === 0 ? (
          "every freelancer"
        ) : (
          <ul>
            {offer.requirements.map((requirement, index) => (
              <li key={index}>{requirementWords(requirement, types)}</li>
            ))}
          </ul>
        )}
      </Term>
    </dl>
  );
}

function Term({ name, note, children }: { name: string; note?: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-2 text-muted">{name}</dt>
      <dd className="text-3 font-medium tabular-nums break-words">{children}</dd>
      {note && <dd className="text-1 text-muted">{note}</dd>}
    </div>
  );
}

/** What real work on the offer brought. The list of pay is asked from just above it, so that it comes first. */
function usePay(offer: Offer) {
  return useQuery({
    queryKey: ["market", "pay", offer.mode, "of", offer.id],
    queryFn: async ({ signal }) => {
      for (let cursor: string | null = null; ; ) {
        const page: Awaited<ReturnType<typeof api.market.pay>> = await api.market.pay({ mode: offer.mode, cursor, limit: 500 }, signal);
        const found = page.items.find((one) => one.offer_id === offer.id);
        if (found || page.next_cursor === null) return found ?? null;
        cursor = page.next_cursor;
      }
    },
    refetchInterval: 60_000,
  }).data;
}

/** Proposes to pay what approved work brought less than the market's floor. */
function TopUp({ offer }: { offer: Offer }) {
  const pay = usePay(offer);
  const mode = useMode();
  const mayWrite = useMay("market.write");
  const settings = useQuery(settingsQuery).data;
  const [asking, setAsking] = useState(false);
  const topUp = useChange(
    () => api.market.topUp(offer.id, offer.mode ?? mode),
    (done) => {
      setAsking(false);
      return `Paid ${shown(done.paid)} in ${counted(done.bonuses.length, "bonus", "bonuses")}${done.left > 0 ? `; ${count(done.left)} are still short` : ""}`;
    },
  );
  if (!pay || pay.short === 0) return null;
  return (
    <div role="note" className="flex flex-wrap gap-3 items-center px-4 py-3 rounded-large border border-warn/40 bg-warn-soft text-3">
      <span className="grow min-w-60">
        <strong className="font-semibold">This pays below the market's floor.</strong> {counted(pay.short, "approved answer")} brought less than{" "}
        {settings?.pay_floor_minor ? `${shown({ minor: settings.pay_floor_minor, currency: settings.currency })} an hour` : "it"}; {shown(pay.missing)} would make up for it.
      </span>
      {mayWrite && <Button onClick={() => setAsking(true)}>Top up</Button>}
      {asking && (
        <ConfirmDialog
          title={`Pay ${shown(pay.missing)} to top up?`}
          description="Every approved answer gets what is missing to the floor, as a bonus. The market's fee comes on top."
          confirmLabel="Top up"
          variant="primary"
          busy={topUp.isPending}
          onConfirm={() => topUp.mutate(undefined)}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
