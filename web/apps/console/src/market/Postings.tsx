import { api, type Offer, type Posting } from "@assay/client";
import { ago, Badge, EmptyState, IconButton, Menu, MenuItem, Select, Td, Th, Tr } from "@assay/ui";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../shell/session";
import { Listing, usePaged } from "./paged";
import { useChange } from "./queries";
import { STATUSES } from "./words";

export function Postings({ offer }: { offer: Offer }) {
  const [status, setStatus] = useState<Posting["status"] | "">("");
  const mayWrite = useMay("market.write");
  const paged = usePaged<Posting>(
    ["market", "postings", offer.id, status],
    (paging, signal) => api.market.postings({ mode: offer.mode, offer_id: offer.id, status, ...paging }, signal),
    { refetchInterval: 20_000 },
  );
  const end = useChange((one: Posting) => api.market.endPosting(one.id, new Date().toISOString()), () => "Ended: what nobody took came back");
  const extend = useChange((one: Posting) => api.market.extendPosting(one.id, 1), () => "One more freelancer may do it");

  return (
    <Listing
      paged={paged}
      label="Postings"
      title="Postings"
      actions={
        <Select aria-label="Status" className="w-36" value={status} onChange={(event) => setStatus(event.target.value as Posting["status"] | "")}>
          <option value="">All but put away</option>
          {Object.entries(STATUSES).map(([value, { name }]) => (
            <option key={value} value={value}>{name}</option>
          ))}
        </Select>
      }
      head={
        <>
          <Th>Task</Th>
          <Th>Status</Th>
          <Th numeric className="max-md:hidden">Open</Th>
          <Th numeric className="max-md:hidden">At work</Th>
          <Th numeric className="max-md:hidden">To decide</Th>
          <Th numeric className="max-md:hidden">Approved</Th>
          <Th numeric className="max-md:hidden">Rejected</Th>
          <Th className="max-md:hidden">Ends</Th>
          {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
        </>
      }
      empty={
        <EmptyState icon="send" title={status === "" ? "No task is posted yet" : "No posting is in this status"}>
          {status === "" && "Post tasks, and freelancers can take them at once."}
        </EmptyState>
      }
    >
      {(posting) => (
        <Tr key={posting.id}>
          <Td>
            <Link
              to="/console/projects/$projectId/tasks/$taskId"
              params={{ projectId: posting.project_id, taskId: posting.id }}
              search={{}}
              className="font-mono text-2 no-underline hover:underline rounded-small"
            >
              {posting.id.slice(-12)}
            </Link>
            <span className="md:hidden block text-2 text-muted">
              {posting.available} open · {posting.submitted} to decide · {posting.approved} approved
            </span>
          </Td>
          <Td>
            <span title={STATUSES[posting.status].meaning}>
              <Badge tone={STATUSES[posting.status].tone}>{STATUSES[posting.status].name}</Badge>
            </span>
          </Td>
          {[posting.available, posting.pending, posting.submitted, posting.approved, posting.rejected].map((number, index) => (
            <Td key={index} numeric className={number === 0 ? "max-md:hidden tabular-nums text-muted" : "max-md:hidden tabular-nums"}>{number}</Td>
          ))}
          <Td className="max-md:hidden whitespace-nowrap text-muted">{ago(posting.expires_at, Date.now())}</Td>
          {mayWrite && (
            <Td className="text-right">
              {posting.status !== "disposed" && (
                <Menu trigger={<IconButton icon="more" size="small" label={`More of posting ${posting.id.slice(-12)}`} />}>
                  <MenuItem icon="people" onSelect={() => extend.mutate(posting)}>One more freelancer</MenuItem>
                  {Date.parse(posting.expires_at) > Date.now() && <MenuItem icon="close" onSelect={() => end.mutate(posting)}>End now</MenuItem>}
                </Menu>
              )}
            </Td>
          )}
        </Tr>
      )}
    </Listing>
  );
}
