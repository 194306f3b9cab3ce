import { api, type Block } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Button, EmptyState, Field, Input, Td, Textarea, Th, Tr } from "@assay/ui";
import { useState } from "react";
import { FormDialog } from "../people/dialogs";
import { useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { Freelancer } from "./Freelancer";
import { useMode } from "./MarketLayout";
import { Listing, usePaged } from "./paged";
import { useChange, useRefresh } from "./queries";

/** Whom the organization gives no more work. */
export function BlocksPage() {
  useTitle("Blocks", "Market");
  const mode = useMode();
  const mayWrite = useMay("market.write");
  const [blocking, setBlocking] = useState(false);
  const paged = usePaged<Block>(["market", "blocks", mode], (paging, signal) => api.market.blocks({ mode, ...paging }, signal));
  const unblock = useChange((id: string) => api.market.unblock(id, mode), () => "They may work for you again");
  const add = mayWrite && <Button onClick={() => setBlocking(true)}>Block a freelancer</Button>;
  return (
    <>
      <Listing
        paged={paged}
        label="Blocks"
        title="Blocked freelancers"
        actions={paged.items.length > 0 && add}
        head={
          <>
            <Th>Freelancer</Th>
            <Th>Reason, for you only</Th>
            <Th className="max-md:hidden">Since</Th>
            {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
          </>
        }
        empty={
          <EmptyState icon="people" title="Nobody is blocked" action={add}>
            Whoever is blocked sees none of your offers. What they have begun they may finish, and is paid.
          </EmptyState>
        }
      >
        {(block) => (
          <Tr key={block.freelancer_id}>
            <Td><Freelancer id={block.freelancer_id} /></Td>
            <Td className="text-muted break-words">{block.reason}</Td>
            <Td className="max-md:hidden text-muted whitespace-nowrap">{ago(block.created_at, Date.now())}</Td>
            {mayWrite && (
              <Td className="text-right">
                <Button size="small" variant="ghost" onClick={() => unblock.mutate(block.freelancer_id)}>Unblock</Button>
              </Td>
            )}
          </Tr>
        )}
      </Listing>
      {blocking && <BlockDialog onClose={() => setBlocking(false)} />}
    </>
  );
}

/** `freelancerId` where it is known whom. */
export function BlockDialog({ freelancerId, onClose }: { freelancerId?: string; onClose: () => void }) {
  const mode = useMode();
  const refresh = useRefresh();
  const form = useForm({ id: freelancerId ?? "", reason: "" }, async ({ id, reason }) => {
    await api.market.block(id.trim(), reason, mode);
    await refresh();
    return true;
  });
  return (
    <FormDialog title="Block a freelancer" description="They are given no more of your work, and not told why." form={form} fields={["freelancer_id", "reason"]} submitLabel="Block" onClose={onClose} onDone={onClose}>
      {freelancerId === undefined && (
        <Field label="Their id" hint="As statements and downloaded files have it." error={form.problems.at("freelancer_id")}>
          {(control) => <Input {...control} data-autofocus required pattern="[0-9a-fA-F\-]{36}" className="font-mono" value={form.value.id} onChange={(event) => form.set({ id: event.target.value })} />}
        </Field>
      )}
      <Field label="Reason" hint="For you only." error={form.problems.at("reason")}>
        {(control) => <Textarea {...control} required rows={2} maxLength={1024} value={form.value.reason} onChange={(event) => form.set({ reason: event.target.value })} />}
      </Field>
    </FormDialog>
  );
}
