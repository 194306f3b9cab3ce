import { api, type ApiKey, type ApiKeyCreated, type Mode, type Role } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Badge, Button, ConfirmDialog, EmptyState, ErrorState, Field, Input, Panel, Segmented, Select, SkeletonRows, Table, Td, Th, toast, Tr } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keysQuery } from "../queries";
import { PageFrame, useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { FormDialog, SecretDialog } from "./dialogs";
import { ROLES } from "./MembersPage";
import { SigningKeys } from "./SigningKeys";

export function KeysPage() {
  useTitle("API keys");
  const mayWrite = useMay("key.write");
  const query = useQuery(keysQuery);
  const queryClient = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<ApiKeyCreated | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["keys"] });

  const revoke = useMutation({
    mutationFn: (key: ApiKey) => api.keys.revoke(key.id),
    onSuccess: async (_, key) => {
      await refresh();
      setRevoking(null);
      toast(`“${key.name}” no longer works`);
    },
    onError: (error) => toast(error.message, "danger"),
  });

  const keys = query.data?.items ?? [];
  return (
    <PageFrame
      title="API keys"
      description="For programs that talk to Assay. A test key sees and makes only test projects."
      actions={mayWrite && <Button variant="primary" icon="add" onClick={() => setCreating(true)}>New key</Button>}
    >
      <Panel flush>
        {query.isPending ? (
          <SkeletonRows />
        ) : query.isLoadingError ? (
          <ErrorState title="The keys could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : keys.length === 0 ? (
          <EmptyState icon="key" title="No keys yet" action={mayWrite && <Button onClick={() => setCreating(true)}>New key</Button>}>
            A key lets a script or a pipeline add photos and fetch answers.
          </EmptyState>
        ) : (
          <Table label="API keys">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th className="max-md:hidden">Key</Th>
                <Th className="max-md:hidden">Role</Th>
                <Th className="max-md:hidden">Last used</Th>
                <Th className="max-md:hidden">Expires</Th>
                {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => {
                const expired = key.expires_at !== null && Date.parse(key.expires_at) < Date.now();
                const dead = key.revoked_at !== null || expired;
                const used = key.last_used_at ? ago(key.last_used_at, Date.now()) : "never";
                const ends = key.expires_at ? ago(key.expires_at, Date.now()) : "never";
                return (
                  <Tr key={key.id}>
                    <Td className="md:min-w-40">
                      <span className="flex flex-wrap items-center gap-x-2">
                        <span className={dead ? "text-muted" : "font-medium"}>{key.name}</span>
                        <Badge tone={key.mode === "live" ? "accent" : "neutral"}>{key.mode}</Badge>
                        {key.revoked_at ? <Badge tone="danger">revoked</Badge> : expired && <Badge tone="danger">expired</Badge>}
                      </span>
                      <span className="md:hidden block font-mono text-2 text-muted break-all">{key.prefix}</span>
                      <span className="md:hidden block text-2 text-muted">
                        <span className="capitalize">{key.role}</span> · used {used} · expires {ends}
                      </span>
                    </Td>
                    <Td className="max-md:hidden font-mono text-2 whitespace-nowrap">{key.prefix}</Td>
                    <Td className="max-md:hidden capitalize">{key.role}</Td>
                    <Td className="max-md:hidden whitespace-nowrap text-muted">{used}</Td>
                    <Td className="max-md:hidden whitespace-nowrap text-muted">{ends}</Td>
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
      </Panel>
      <SigningKeys />

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
          title={`Key “${made.name}”`}
          description="Copy it now: only its hash is kept, so it cannot be shown again."
          label="API key"
          value={made.key}
          onClose={() => setMade(null)}
        >
          Send it as <code className="font-mono">Authorization: Bearer …</code> with every request.
        </SecretDialog>
      )}
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
    </PageFrame>
  );
}

const LIFETIMES = [
  { days: "30", name: "30 days" },
  { days: "90", name: "90 days" },
  { days: "365", name: "a year" },
  { days: "", name: "no end" },
];

function CreateDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (key: ApiKeyCreated) => void }) {
  const form = useForm({ name: "", mode: "live" as Mode, role: "manager" as Role, days: "90" }, ({ days, ...key }) =>
    api.keys.create({
      ...key,
      ...(days === "" ? {} : { expires_at: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }),
    }),
  );
  return (
    <FormDialog title="New API key" form={form} fields={["name", "mode", "role", "expires_at"]} submitLabel="Create" onClose={onClose} onDone={onCreated}>
      <Field label="Name" hint="Where it will be used, so that you know what stops when you revoke it." error={form.problems.at("name")}>
        {(control) => <Input {...control} data-autofocus required maxLength={200} value={form.value.name} onChange={(event) => form.set({ name: event.target.value })} />}
      </Field>
      <div className="flex flex-col gap-1">
        <span className="text-2 font-medium">Mode</span>
        <Segmented<Mode>
          label="Mode"
          value={form.value.mode}
          onValue={(mode) => form.set({ mode })}
          options={[
            { value: "live", label: "Live" },
            { value: "test", label: "Test" },
          ]}
        />
      </div>
      <Field label="Role" hint={`It ${ROLES.find((role) => role.value === form.value.role)?.may}.`} error={form.problems.at("role")}>
        {(control) => (
          <Select {...control} value={form.value.role} onChange={(event) => form.set({ role: event.target.value as Role })}>
            {ROLES.filter((role) => role.value !== "owner").map((role) => (
              <option key={role.value} value={role.value}>
                {role.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Works for" error={form.problems.at("expires_at")}>
        {(control) => (
          <Select {...control} value={form.value.days} onChange={(event) => form.set({ days: event.target.value })}>
            {LIFETIMES.map((lifetime) => (
              <option key={lifetime.days} value={lifetime.days}>
                {lifetime.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </FormDialog>
  );
}
