import { api, type Offer, type OfferPay } from "@assay/client";
import { Badge, Button, count, EmptyState, PartsBar, Skeleton, Td, Th, Tr } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { useMode } from "./MarketLayout";
import { shown } from "./money";
import { NewOfferDialog } from "./NewOfferDialog";
import { Listing, usePaged } from "./paged";
import { balanceQuery, offerQuery, payQuery } from "./queries";

const route = getRouteApi("/console/market/");
const PER_PAGE = 15;

export function OffersPage() {
  useTitle("Offers", "Market");
  const mode = useMode();
  const mayWrite = useMay("market.write");
  const { project } = route.useSearch();
  const navigate = useNavigate();
  const [creating, setCreating] = useState(project !== undefined);
  const paged = usePaged<Offer>(["market", "offers", mode], (paging, signal) => api.market.offers({ mode, ...paging }, signal), { perPage: PER_PAGE });
  // Both lists are in one order, so that a page of one is a page of the other.
  const pay = useQuery(payQuery(mode, paged.cursor, PER_PAGE)).data?.items ?? [];
  const balance = useQuery(balanceQuery(mode)).data;
  const create = mayWrite && (
    <Button variant="primary" icon="add" onClick={() => setCreating(true)}>
      New offer
    </Button>
  );

  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <p className="text-3 text-muted grow min-w-0">
          {balance && (
            <Link to="/console/market/money" className="no-underline hover:underline rounded-small text-muted">
              <strong className="font-semibold text-text tabular-nums">{shown(balance.available)}</strong> available, {shown(balance.held)} held
            </Link>
          )}
        </p>
        {create}
      </div>
      <Listing
        paged={paged}
        label="Offers"
        head={
          <>
            <Th>Offer</Th>
            <Th numeric className="max-md:hidden">Reward</Th>
            <Th numeric className="max-md:hidden" title="What an hour of it brings, by the time that real work took in the middle">An hour</Th>
            <Th className="max-md:hidden">Postings</Th>
            <Th numeric className="max-md:hidden">To decide</Th>
          </>
        }
        empty={
          <EmptyState icon="send" title="Nothing is offered yet" action={create}>
            An offer puts a project's tasks before freelancers: what one answer pays, how long it may take, and who may do it.
          </EmptyState>
        }
      >
        {(offer) => <OfferRow key={offer.id} offer={offer} pay={pay.find((one) => one.offer_id === offer.id)} />}
      </Listing>
      {creating && (
        <NewOfferDialog
          projectId={project}
          onClose={() => setCreating(false)}
          onCreated={(offer) => void navigate({ to: "/console/market/offers/$offerId", params: { offerId: offer.id } })}
        />
      )}
    </>
  );
}

function OfferRow({ offer, pay }: { offer: Offer; pay: OfferPay | undefined }) {
  const progress = useQuery(offerQuery(offer.id)).data?.progress;
  const waiting = progress?.engagements["submitted"] ?? 0;
  const parts = progress ? postingParts(progress.postings) : null;
  const anHour = pay?.hourly ? shown(pay.hourly) : "–";
  return (
    <Tr>
      <Td className="max-md:py-3">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            to="/console/market/offers/$offerId"
            params={{ offerId: offer.id }}
            className="font-medium no-underline hover:underline rounded-small md:truncate md:max-w-96"
          >
            {offer.title}
          </Link>
          {offer.state === "paused" && <Badge tone="warn" icon="pause">paused</Badge>}
          {pay && pay.short > 0 && <Badge tone="danger">below the floor</Badge>}
        </span>
        <span className="md:hidden block text-2 text-muted mt-0.5">
          {shown(offer.reward)}
          {pay?.hourly && ` · ${anHour} an hour`}
          {waiting > 0 && ` · ${count(waiting)} to decide`}
        </span>
      </Td>
      <Td numeric className="max-md:hidden tabular-nums whitespace-nowrap">{shown(offer.reward)}</Td>
      <Td numeric className="max-md:hidden tabular-nums whitespace-nowrap">{anHour}</Td>
      <Td className="max-md:hidden w-64">
        {parts === null ? (
          <Skeleton className="h-3 w-40" />
        ) : (
          <div className="flex flex-col gap-1">
            <PartsBar className="h-1.5" label={`Postings of ${offer.title}`} parts={parts} />
            <span className="text-2 text-muted">{partWords(parts)}</span>
          </div>
        )}
      </Td>
      <Td numeric className="max-md:hidden tabular-nums">{waiting > 0 ? <Badge tone="warn">{count(waiting)}</Badge> : <span className="text-muted">–</span>}</Td>
    </Tr>
  );
}

type Parts = { name: string; value: number; tone: "accent" | "neutral" | "warn" | "ok" }[];

/** Postings by status, in the order they go through them. */
export function postingParts(postings: Record<string, number>): Parts {
  const of = (name: string): number => postings[name] ?? 0;
  return [
    { name: "put away", value: of("disposed"), tone: "ok" },
    { name: "to review", value: of("reviewable") + of("reviewing"), tone: "warn" },
    { name: "taken", value: of("unassignable"), tone: "neutral" },
    { name: "open", value: of("assignable"), tone: "accent" },
  ];
}

const partWords = (parts: Parts): string =>
  parts.filter((part) => part.value > 0).map((part) => `${count(part.value)} ${part.name}`).join(" · ") || "none yet";
