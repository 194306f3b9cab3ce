import { api } from "@assay/client";
import { useForm } from "@assay/forms";
import { Dialog, EmptyState, Field, IconButton, Menu, MenuItem, NumberInput, Select, toast } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormDialog } from "../people/dialogs";
import { BlockDialog } from "./BlocksPage";
import { useMode } from "./MarketLayout";
import { ownTypesQuery, useRefresh } from "./queries";

/** What can be done about whoever gave an answer, besides deciding on it. */
export function AboutFreelancer({ id }: { id: string }) {
  const [asked, setAsked] = useState<"grant" | "block" | null>(null);
  return (
    <>
      <Menu trigger={<IconButton icon="more" size="small" label="About this freelancer" />}>
        <MenuItem icon="star" onSelect={() => setAsked("grant")}>Give a qualification</MenuItem>
        <MenuItem icon="close" onSelect={() => setAsked("block")}>Block this freelancer</MenuItem>
      </Menu>
      {asked === "grant" && <GrantDialog freelancerId={id} onClose={() => setAsked(null)} />}
      {asked === "block" && <BlockDialog freelancerId={id} onClose={() => setAsked(null)} />}
    </>
  );
}

function GrantDialog({ freelancerId, onClose }: { freelancerId: string; onClose: () => void }) {
  const mode = useMode();
  const types = useQuery(ownTypesQuery(mode));
  const refresh = useRefresh();
  const form = useForm({ type: "", value: 1 as number | null }, async ({ type, value }) => {
    const made = await api.market.grant(type, freelancerId, value ?? 1, mode);
    await refresh();
    return made;
  });
  if (types.data?.items.length === 0) {
    return (
      <Dialog title="Give a qualification" onClose={onClose}>
        <EmptyState icon="star" title="You have no qualifications">Make one under Qualifications first.</EmptyState>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="Give a qualification"
      form={form}
      fields={["value"]}
      submitLabel="Give"
      disabled={form.value.type === ""}
      onClose={onClose}
      onDone={() => {
        toast("Given");
        onClose();
      }}
    >
      <Field label="Qualification">
        {(control) => (
          <Select {...control} required value={form.value.type} onChange={(event) => form.set({ type: event.target.value })}>
            <option value="">Choose one</option>
            {types.data?.items.map((type) => (
              <option key={type.id} value={type.id}>{type.name}</option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Value" hint="Offers can compare it." error={form.problems.at("value")}>
        {(control) => <NumberInput {...control} required value={form.value.value} onValue={(value) => form.set({ value })} />}
      </Field>
    </FormDialog>
  );
}
