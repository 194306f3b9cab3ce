import { api, type FreelancerProfile } from "@assay/client";
import { ago, Badge, Button, EmptyState, Input, Td, Th, Tr } from "@assay/ui";
import { useDeferredValue, useState } from "react";
import { useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { Freelancer } from "./Freelancer";
import { Listing, usePaged } from "./paged";
import { useChange } from "./queries";

/** Everybody who joined the market, for those who run it. */
export function FreelancersPage() {
  useTitle("Freelancers", "Market");
  const mayWrite = useMay("market.write");
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(typed.trim());
  const paged = usePaged<FreelancerProfile>(["market", "freelancers", words], (paging, signal) => api.market.freelancers({ words, ...paging }, signal));
  const masters = useChange(
    (one: FreelancerProfile) => api.market.setMasters(one.freelancer_id, !one.masters),
    (one) => (one.masters ? `${one.shown_name} is a master` : `${one.shown_name} is no master any more`),
  );
  return (
    <Listing
      paged={paged}
      label="Freelancers"
      title="Freelancers"
      actions={<Input type="search" aria-label="Find by name" placeholder="Find by name" className="max-w-44" value={typed} onChange={(event) => setTyped(event.target.value)} />}
      head={
        <>
          <Th>Name</Th>
          <Th className="max-md:hidden">Place</Th>
          <Th className="max-md:hidden">Languages</Th>
          <Th className="max-md:hidden">Skills</Th>
          <Th className="max-md:hidden">Joined</Th>
          {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
        </>
      }
      empty={
        <EmptyState icon="people" title={words === "" ? "Nobody has joined yet" : "Nobody is called so"}>
          {words === "" && "Who may join is decided under Settings. People you invite as annotators can join at once."}
        </EmptyState>
      }
    >
      {(one) => (
        <Tr key={one.freelancer_id}>
          <Td>
            <span className="flex flex-wrap items-center gap-2 font-medium">
              <Freelancer id={one.freelancer_id} />
              {one.masters && <Badge tone="accent" icon="star">master</Badge>}
              {one.adult && <Badge>adult content</Badge>}
            </span>
            <span className="md:hidden block text-2 text-muted">{[placeOf(one), one.languages.join(", "), `joined ${ago(one.joined_at, Date.now())}`].filter(Boolean).join(" · ")}</span>
          </Td>
          <Td className="max-md:hidden">{placeOf(one) || <span className="text-muted">–</span>}</Td>
          <Td className="max-md:hidden text-muted">{one.languages.join(", ") || "–"}</Td>
          <Td className="max-md:hidden text-muted break-words max-w-60">{one.skills.join(", ") || "–"}</Td>
          <Td className="max-md:hidden text-muted whitespace-nowrap">{ago(one.joined_at, Date.now())}</Td>
          {mayWrite && (
            <Td className="text-right whitespace-nowrap">
              <Button size="small" variant="ghost" onClick={() => masters.mutate(one)}>{one.masters ? "No master" : "Make a master"}</Button>
            </Td>
          )}
        </Tr>
      )}
    </Listing>
  );
}

const placeOf = (one: FreelancerProfile): string => (one.country ? [one.country, one.subdivision].filter(Boolean).join("-") : "");
