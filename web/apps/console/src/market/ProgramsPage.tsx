import { api, type Layout, type Mode, type ProgramKey, type ProgramKeyMade } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Badge, Button, ConfirmDialog, CopyField, Dialog, EmptyState, Field, Input, Segmented, Select, Td, Textarea, Th, Tr } from "@assay/ui";
import { useState } from "react";
import { FormDialog } from "../people/dialogs";
import { useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { Listing, usePaged } from "./paged";
import { useChange, useRefresh } from "./queries";

/** Keys and layouts of programs that were written for Mechanical Turk. */
export function ProgramsPage() {
  useTitle("Programs", "Market");
  return (
    <>
      <p className="text-3 text-muted max-w-160">
        Programs written for Mechanical Turk's requester API work here as they are: give them a key made here, and the address of this server.
      </p>
      <Keys />
      <Layouts />
    </>
  );
}

function Keys() {
  const mayWrite = useMay("key.write");
  const paged = usePaged<ProgramKey>(["market", "signing-keys"], (paging, signal) => api.market.signingKeys(paging, signal));
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<ProgramKeyMade | null>(null);
  const [revoking, setRevoking] = useState<ProgramKey | null>(null);
  const revoke = useChange((key: ProgramKey) => api.market.revokeSigningKey(key.id), (_, key) => {
    setRevoking(null);
    return `“${key.name}” no longer works`;
  });
  const create = mayWrite && <Button onClick={() => setCreating(true)}>New key</Button>;
  return (
    <>
      <Listing
        paged={paged}
        label="Keys"
        title="Keys"
        actions={paged.items.length > 0 && create}
        head={
          <>
            <Th>Name</Th>
            <Th className="max-md:hidden">Access key</Th>
            <Th className="max-md:hidden">Last used</Th>
            {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
          </>
        }
        empty={
          <EmptyState icon="key" title="No keys yet" action={create}>
            A key has a public part and a secret, by which a program signs what it sends.
          </EmptyState>
        }
      >
        {(key) => {
          const dead = key.revoked_at !== null || (key.expires_at !== null && Date.parse(key.expires_at) < Date.now());
          const used = key.last_used_at ? ago(key.last_used_at, Date.now()) : "never";
          return (
            <Tr key={key.id}>
              <Td>
                <span className="flex flex-wrap items-center gap-2">
                  <span className={dead ? "text-muted" : "font-medium"}>{key.name}</span>
                  <Badge tone={key.mode === "live" ? "accent" : "neutral"}>{key.mode === "live" ? "live" : "sandbox"}</Badge>
                  {key.role === "auditor" && <Badge>reads only</Badge>}
                  {key.temporary && <Badge>for a while</Badge>}
                  {key.revoked_at && <Badge tone="danger">revoked</Badge>}
                </span>
                <span className="md:hidden block font-mono text-2 text-muted break-all">{key.access_key}</span>
                <span className="md:hidden block text-2 text-muted">used {used}</span>
              </Td>
              <Td className="max-md:hidden font-mono text-2 whitespace-nowrap">{key.access_key}</Td>
              <Td className="max-md:hidden text-muted whitespace-nowrap">{used}</Td>
              {mayWrite && (
                <Td className="text-right">
                  {!dead && <Button size="small" variant="ghost" className="text-danger" onClick={() => setRevoking(key)}>Revoke</Button>}
                </Td>
              )}
            </Tr>
          );
        }}
      </Listing>
      {creating && <NewKeyDialog onClose={() => setCreating(false)} onMade={(key) => { setCreating(false); setMade(key); }} />}
      {made && <MadeDialog made={made} onClose={() => setMade(null)} />}
      {revoking && (
        <ConfirmDialog
          title={`Revoke “${revoking.name}”?`}
          description="Programs that use it are refused from now on. This cannot be undone; make a new key instead."
          confirmLabel="Revoke"
          variant="danger"
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoking)}
          onClose={() => setRevoking(null)}
        />
      )}
    </>
  );
}

function NewKeyDialog({ onClose, onMade }: { onClose: () => void; onMade: (key: ProgramKeyMade) => void }) {
  const refresh = useRefresh();
  const form = useForm({ name: "", mode: "live" as Mode, role: "manager" as "manager" | "auditor" }, async (key) => {
    const made = await api.market.makeSigningKey(key);
    await refresh();
    return made;
  });
  return (
    <FormDialog title="New key" form={form} fields={["name", "mode", "role"]} submitLabel="Make" onClose={onClose} onDone={onMade}>
      <Field label="Name" hint="Which program has it." error={form.problems.at("name")}>
        {(control) => <Input {...control} data-autofocus required maxLength={200} value={form.value.name} onChange={(event) => form.set({ name: event.target.value })} />}
      </Field>
      <div className="flex flex-col gap-1">
        <span className="text-2 font-medium">Reaches</span>
        <Segmented<Mode> label="Reaches" value={form.value.mode} onValue={(mode) => form.set({ mode })} options={[{ value: "live", label: "Live and sandbox" }, { value: "test", label: "Sandbox only" }]} />
      </div>
      <Field label="May" error={form.problems.at("role")}>
        {(control) => (
          <Select {...control} value={form.value.role} onChange={(event) => form.set({ role: event.target.value as "manager" | "auditor" })}>
            <option value="manager">do everything on the market</option>
            <option value="auditor">read, and change nothing</option>
          </Select>
        )}
      </Field>
    </FormDialog>
  );
}

/** Shown once. The two lines are what a program that names no address itself reads from its environment. */
function MadeDialog({ made, onClose }: { made: ProgramKeyMade; onClose: () => void }) {
  const address = `${window.location.origin}/${made.mode === "live" ? "mturk" : "mturk-sandbox"}`;
  return (
    <Dialog
      title={`Key “${made.name}”`}
      description="Copy the secret now: it cannot be shown again."
      onClose={onClose}
      dismissible={false}
      size="medium"
      footer={<Button variant="primary" onClick={onClose}>I have copied it</Button>}
    >
      <div className="flex flex-col gap-3">
        <Shown label="Access key" value={made.access_key} />
        <Shown label="Secret" value={made.secret} secret />
        {made.session_token && <Shown label="Session token" value={made.session_token} secret />}
        <p className="text-2 text-muted">A program sees both, and the way here, with these two lines before it is started:</p>
        <Shown label="Address" value={`export AWS_ENDPOINT_URL_MTURK=${address} AWS_REGION=us-east-1`} />
        <Shown label="Keys" value={`export AWS_ACCESS_KEY_ID=${made.access_key} AWS_SECRET_ACCESS_KEY=${made.secret}`} secret />
      </div>
    </Dialog>
  );
}

function Shown({ label, value, secret = false }: { label: string; value: string; secret?: boolean }) {
  return (
    <div className="flex flex-col gap-1">
      <span className="text-2 font-medium" aria-hidden="true">{label}</span>
      <CopyField label={label} value={value} secret={secret} />
    </div>
  );
}

function Layouts() {
  const mayWrite = useMay("market.write");
  const paged = usePaged<Layout>(["market", "layouts"], (paging, signal) => api.market.layouts(paging, signal));
  const [creating, setCreating] = useState(false);
  const retire = useChange((layout: Layout) => api.market.retireLayout(layout.id), (_, layout) => `“${layout.name}” is out of use`);
  const refresh = useRefresh();
  const form = useForm({ name: "", html: "" }, async (layout) => {
    const made = await api.market.makeLayout(layout);
    await refresh();
    return made;
  });
  const create = mayWrite && <Button onClick={() => setCreating(true)}>New layout</Button>;
  return (
    <>
      <Listing
        paged={paged}
        label="Layouts"
        title="Layouts"
        actions={paged.items.length > 0 && create}
        head={
          <>
            <Th>Name</Th>
            <Th className="max-md:hidden">HITLayoutId</Th>
            <Th className="max-md:hidden">Places</Th>
            {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
          </>
        }
        empty={
          <EmptyState icon="file" title="No layouts yet" action={create}>
            A layout is a page with places, like <code className="font-mono">{"${image_url}"}</code>, that a program fills in for each question.
          </EmptyState>
        }
      >
        {(layout) => (
          <Tr key={layout.id}>
            <Td>
              <span className={layout.retired_at ? "text-muted" : "font-medium"}>{layout.name}</span> {layout.retired_at && <Badge>out of use</Badge>}
              <span className="md:hidden block font-mono text-2 text-muted break-all">{layout.code}</span>
            </Td>
            <Td className="max-md:hidden font-mono text-2">{layout.code}</Td>
            <Td className="max-md:hidden font-mono text-2 text-muted">{layout.places.join(", ") || "–"}</Td>
            {mayWrite && <Td className="text-right">{!layout.retired_at && <Button size="small" variant="ghost" onClick={() => retire.mutate(layout)}>Retire</Button>}</Td>}
          </Tr>
        )}
      </Listing>
      {creating && (
        <FormDialog title="New layout" form={form} fields={["name", "html"]} submitLabel="Make" onClose={() => setCreating(false)} onDone={() => { setCreating(false); form.set({ name: "", html: "" }); }}>
          <Field label="Name" error={form.problems.at("name")}>
            {(control) => <Input {...control} data-autofocus required maxLength={200} value={form.value.name} onChange={(event) => form.set({ name: event.target.value })} />}
          </Field>
          <Field label="Page (HTML)" hint="Its text stays as it is; make another for another text." error={form.problems.at("html")}>
            {(control) => <Textarea {...control} required rows={10} spellCheck={false} className="font-mono" value={form.value.html} onChange={(event) => form.set({ html: event.target.value })} />}
          </Field>
        </FormDialog>
      )}
    </>
  );
}
