import { api, type Holder } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Badge, Button, EmptyState, Field, Input, Segmented, Skeleton, Td, Th, Tr } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { FormDialog } from "../people/dialogs";
import { LoadError, useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { Freelancer } from "./Freelancer";
import { useMode } from "./MarketLayout";
import { Listing, usePaged } from "./paged";
import { useChange, useRefresh } from "./queries";
import { Waiting, wayWords } from "./QualificationsPage";

const route = getRouteApi("/console/market/qualifications/$typeId");

/** One of the organization's qualifications: who has it, who asks for it. */
export function QualificationPage() {
  const { typeId } = route.useParams();
  const mode = useMode();
  const mayWrite = useMay("market.write");
  const query = useQuery({ queryKey: ["market", "type", mode, typeId], queryFn: ({ signal }) => api.market.type(typeId, mode, signal) });
  const type = query.data;
  useTitle(type?.name, "Market");
  const [which, setWhich] = useState<"now" | "former">("now");
  const [revoking, setRevoking] = useState<Holder | null>(null);
  const paged = usePaged<Holder>(["market", "holders", mode, typeId, which], (paging, signal) =>
    api.market.holders(typeId, { mode, former: which === "former", ...paging }, signal),
  );
  const state = useChange(
    () => api.market.changeType(typeId, { state: type?.state === "active" ? "inactive" : "active" }, mode),
    (now) => (now.state === "active" ? "It can be asked for again" : "Nobody can ask for it now"),
  );
  if (query.isLoadingError) return <LoadError what="qualification" error={query.error} onRetry={() => void query.refetch()} />;
  if (!type) return <Skeleton className="h-64 w-full" />;
  return (
    <>
      <div className="flex flex-wrap items-start gap-3">
        <div className="grow min-w-60">
          <Link to="/console/market/qualifications" className="text-2 text-muted no-underline hover:underline rounded-small">Qualifications</Link>
          <h2 className="text-5 font-semibold flex items-center gap-2">
            {type.name}
            {type.state === "inactive" && <Badge>not given now</Badge>}
          </h2>
          <p className="text-3 text-muted max-w-160">{type.description}</p>
          <p className="text-2 text-muted mt-1">How one gets it: {wayWords(type)}.</p>
        </div>
        {mayWrite && (
          <Button busy={state.isPending} onClick={() => state.mutate(undefined)}>
            {type.state === "active" ? "Stop giving it" : "Give it again"}
          </Button>
        )}
      </div>
      <Waiting typeId={typeId} />
      <Listing
        paged={paged}
        label="Holders"
        title="Who has it"
        actions={
          <Segmented label="Which holders" size="small" value={which} onValue={setWhich} options={[{ value: "now", label: "Now" }, { value: "former", label: "Before" }]} />
        }
        head={
          <>
            <Th>Freelancer</Th>
            <Th numeric>Value</Th>
            <Th className="max-md:hidden">Since</Th>
            <Th className="max-md:hidden">{which === "now" ? "Until" : "Taken away"}</Th>
            {mayWrite && which === "now" && <Th><span className="sr-only">Actions</span></Th>}
          </>
        }
        empty={<EmptyState icon="people" title={which === "now" ? "Nobody has it" : "Nobody lost it"} />}
      >
        {(holder) => (
          <Tr key={holder.freelancer_id}>
            <Td><Freelancer id={holder.freelancer_id} /></Td>
            <Td numeric className="tabular-nums">{holder.value}</Td>
            <Td className="max-md:hidden text-muted whitespace-nowrap">{ago(holder.granted_at, Date.now())}</Td>
            <Td className="max-md:hidden text-muted">
              {which === "now" ? (holder.expires_at ? ago(holder.expires_at, Date.now()) : "ever") : `${holder.revoked_at ? ago(holder.revoked_at, Date.now()) : "its time was over"}${holder.reason ? `: ${holder.reason}` : ""}`}
            </Td>
            {mayWrite && which === "now" && (
              <Td className="text-right">
                <Button size="small" variant="ghost" className="text-danger" onClick={() => setRevoking(holder)}>Take away</Button>
              </Td>
            )}
          </Tr>
        )}
      </Listing>
      {revoking && <RevokeDialog typeId={typeId} holder={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function RevokeDialog({ typeId, holder, onClose }: { typeId: string; holder: Holder; onClose: () => void }) {
  const mode = useMode();
  const refresh = useRefresh();
  const form = useForm({ reason: "" }, async ({ reason }) => {
    await api.market.revoke(typeId, holder.freelancer_id, reason, mode);
    await refresh();
    return true;
  });
  return (
    <FormDialog title="Take the qualification away?" description="What they have begun they may finish." form={form} fields={["reason"]} submitLabel="Take away" onClose={onClose} onDone={onClose}>
      <Field label="Why" optional hint="The freelancer reads it." error={form.problems.at("reason")}>
        {(control) => <Input {...control} data-autofocus maxLength={1024} value={form.value.reason} onChange={(event) => form.set({ reason: event.target.value })} />}
      </Field>
    </FormDialog>
  );
}
