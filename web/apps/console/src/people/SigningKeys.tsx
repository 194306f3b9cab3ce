import { api, type Mode, type Role, type SigningKey, type SigningKeyCreated } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Badge, Button, ConfirmDialog, CopyField, ErrorState, Field, Input, Panel, Segmented, Select, SkeletonRows, Table, Td, Th, toast, Tr } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { signingKeysQuery } from "../queries";
import { useMay } from "../shell/session";
import { FormDialog, SecretDialog } from "./dialogs";

/** Keys of programs that sign each request, as those written for Mechanical Turk do. */
export function SigningKeys() {
  const mayWrite = useMay("key.write");
  const query = useQuery(signingKeysQuery);
  const queryClient = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<SigningKeyCreated | null>(null);
  const [revoking, setRevoking] = useState<SigningKey | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["signing-keys"] });

  const revoke = useMutation({
    mutationFn: (key: SigningKey) => api.signingKeys.revoke(key.id),
    onSuccess: async (_, key) => {
      await refresh();
      setRevoking(null);
      toast(`“${key.name}” no longer works`);
    },
    onError: (error) => toast(error.message, "danger"),
  });

  const keys = query.data?.items ?? [];
  return (
    <Panel
      flush
      className="mt-6"
      title="Signing keys"
      actions={mayWrite && <Button size="small" icon="add" onClick={() => setCreating(true)}>New signing key</Button>}
    >
      {query.isPending ? (
        <SkeletonRows />
      ) : query.isLoadingError ? (
        <ErrorState title="The signing keys could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : keys.length === 0 ? (
        <p className="px-4 py-6 text-2 text-muted">
          Programs written for Mechanical Turk sign each request with an access key and its secret. Point them to{" "}
          <code className="font-mono">{window.location.origin}/mturk</code>, and make them a key here.
        </p>
      ) : (
        <Table label="Signing keys">
          <thead>
            <tr>
              <Th>Name</Th>
              <Th className="max-md:hidden">Access key</Th>
              <Th className="max-md:hidden">May</Th>
              <Th className="max-md:hidden">Last used</Th>
              {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => {
              const dead = key.revoked_at !== null;
              const used = key.last_used_at ? ago(key.last_used_at, Date.now()) : "never";
              return (
                <Tr key={key.id}>
                  <Td className="md:min-w-40">
                    <span className="flex flex-wrap items-center gap-x-2">
                      <span className={dead ? "text-muted" : "font-medium"}>{key.name}</span>
                      <Badge tone={key.mode === "live" ? "accent" : "neutral"}>{key.mode === "live" ? "live" : "sandbox"}</Badge>
                      {dead ? <Badge tone="danger">revoked</Badge> : key.temporary && <Badge>for a while</Badge>}
                    </span>
                    <span className="md:hidden block font-mono text-2 text-muted break-all">{key.access_key}</span>
                    <span className="md:hidden block text-2 text-muted">{maySay(key.role)} · used {used}</span>
                  </Td>
                  <Td className="max-md:hidden font-mono text-2 break-all">{key.access_key}</Td>
                  <Td className="max-md:hidden whitespace-nowrap">{maySay(key.role)}</Td>
                  <Td className="max-md:hidden whitespace-nowrap text-muted">{used}</Td>
                  {mayWrite && (
                    <Td className="text-right">
                      {!dead && (
                        <Button size="small" variant="ghost" className="text-danger" onClick={() => setRevoking(key)}>
                          Revoke
                        </Button>
                      )}
                    </Td>
                  )}
                </Tr>
              );
            })}
          </tbody>
        </Table>
      )}

      {creating && (
        <CreateDialog
          onClose={() => setCreating(false)}
          onCreated={async (key) => {
            setCreating(false);
            setMade(key);
            await refresh();
          }}
        />
      )}
      {made && (
        <SecretDialog
          title={`Signing key “${made.name}”`}
          description="Copy the secret now: it is kept encrypted and cannot be shown again."
          label="Secret access key"
          value={made.secret}
          onClose={() => setMade(null)}
        >
          <p className="mb-1">The access key, which is no secret:</p>
          <CopyField label="Access key" value={made.access_key} />
        </SecretDialog>
      )}
      {revoking && (
        <ConfirmDialog
          title={`Revoke “${revoking.name}”?`}
          description="Programs that sign with it are refused from now on. This cannot be undone; make a new key instead."
          confirmLabel="Revoke"
          variant="danger"
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoking)}
          onClose={() => setRevoking(null)}
        />
      )}
    </Panel>
  );
}

function maySay(role: Role): string {
  return role === "auditor" ? "read only" : "everything";
}

function CreateDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (key: SigningKeyCreated) => void }) {
  const form = useForm({ name: "", mode: "live" as Mode, role: "manager" as Role }, (key) => api.signingKeys.create(key));
  return (
    <FormDialog title="New signing key" form={form} fields={["name", "mode", "role"]} submitLabel="Create" onClose={onClose} onDone={onCreated}>
      <Field label="Name" hint="Where it will be used, so that you know what stops when you revoke it." error={form.problems.at("name")}>
        {(control) => <Input {...control} data-autofocus required maxLength={200} value={form.value.name} onChange={(event) => form.set({ name: event.target.value })} />}
      </Field>
      <div className="flex flex-col gap-1">
        <span className="text-2 font-medium">Where</span>
        <Segmented<Mode>
          label="Where"
          value={form.value.mode}
          onValue={(mode) => form.set({ mode })}
          options={[
            { value: "live", label: "Live and sandbox" },
            { value: "test", label: "Sandbox only" },
          ]}
        />
      </div>
      <Field label="May" error={form.problems.at("role")}>
        {(control) => (
          <Select {...control} value={form.value.role} onChange={(event) => form.set({ role: event.target.value as Role })}>
            <option value="manager">Do everything a requester does</option>
            <option value="auditor">Read only</option>
          </Select>
        )}
      </Field>
    </FormDialog>
  );
}
