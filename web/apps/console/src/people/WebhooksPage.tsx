import { api, type WebhookCreated, type WebhookMode } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Badge, Button, Checkbox, EmptyState, ErrorState, Field, Input, Panel, Select, SkeletonRows, Table, Td, Th, Tr } from "@assay/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { webhooksQuery } from "../queries";
import { CallbacksPanel } from "./CallbacksPanel";
import { PageFrame, useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { FormDialog, SecretDialog } from "./dialogs";

/** The events most receivers want; any other can be typed. */
const COMMON_EVENTS = ["task.completed", "task.broken", "task.sent_to_review", "worker.suspended", "import.done"] as const;

export function WebhooksPage() {
  useTitle("Webhooks");
  const mayWrite = useMay("webhook.write");
  const query = useQuery(webhooksQuery);
  const queryClient = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<WebhookCreated | null>(null);
  const hooks = query.data?.items ?? [];

  return (
    <PageFrame
      title="Webhooks"
      description="Assay tells your server when something happens: signed after the Standard Webhooks spec, and tried again until it is received."
      actions={mayWrite && <Button variant="primary" icon="add" onClick={() => setCreating(true)}>New webhook</Button>}
    >
      <Panel flush>
        {query.isPending ? (
          <SkeletonRows rows={3} />
        ) : query.isLoadingError ? (
          <ErrorState title="The webhooks could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : hooks.length === 0 ? (
          <EmptyState icon="webhook" title="No webhooks yet" action={mayWrite && <Button onClick={() => setCreating(true)}>New webhook</Button>}>
            Give an https address of yours, choose the events, and keep the secret to check the signature.
          </EmptyState>
        ) : (
          <Table label="Webhooks">
            <thead>
              <tr>
                <Th>Address</Th>
                <Th>Events</Th>
                <Th>Created</Th>
              </tr>
            </thead>
            <tbody>
              {hooks.map((hook) => (
                <Tr key={hook.id}>
                  <Td className="min-w-60">
                    <Link
                      to="/console/organization/webhooks/$webhookId"
                      params={{ webhookId: hook.id }}
                      className="font-medium no-underline hover:underline break-all"
                    >
                      {hook.url}
                    </Link>
                    <span className="flex gap-2 items-center text-2 text-muted">
                      {hook.disabled_at && <Badge tone="danger">disabled</Badge>}
                      {hook.mode !== "live" && <Badge>{MODE_WORDS[hook.mode]}</Badge>}
                      {hook.description}
                    </span>
                  </Td>
                  <Td>
                    <EventNames events={hook.events} />
                  </Td>
                  <Td className="whitespace-nowrap text-muted">{ago(hook.created_at, Date.now())}</Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </Panel>
      <CallbacksPanel />
      {creating && (
        <CreateDialog
          onClose={() => setCreating(false)}
          onCreated={async (hook) => {
            setCreating(false);
            setMade(hook);
            await queryClient.invalidateQueries({ queryKey: ["webhooks"] });
          }}
        />
      )}
      {made && (
        <SecretDialog
          title="Signing secret"
          description="Your server checks each message with it. Copy it now: it is not shown again."
          label="Signing secret"
          value={made.secret}
          onClose={() => setMade(null)}
        />
      )}
    </PageFrame>
  );
}

/** Of which projects a webhook hears. */
export const MODE_WORDS: Record<WebhookMode, string> = {
  live: "live projects",
  test: "test projects",
  both: "live and test projects",
};

export function EventNames({ events }: { events: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-1">
      {events.includes("*") ? <Badge tone="accent">all events</Badge> : events.map((name) => <Badge key={name}>{name}</Badge>)}
    </span>
  );
}

function CreateDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (hook: WebhookCreated) => void }) {
  const form = useForm({ url: "", description: "", mode: "live" as WebhookMode, all: true, events: [] as string[], other: "" }, (value) =>
    api.webhooks.create({
      url: value.url.trim(),
      mode: value.mode,
      events: value.all ? ["*"] : [...new Set([...value.events, ...value.other.split(/[\s,]+/).filter(Boolean)])],
      ...(value.description.trim() ? { description: value.description.trim() } : {}),
    }),
  );
  return (
    <FormDialog title="New webhook" form={form} fields={["url", "description", "mode", "events"]} submitLabel="Create" onClose={onClose} onDone={onCreated}>
      <Field label="Address" error={form.problems.at("url")}>
        {(control) => <Input {...control} data-autofocus required type="url" placeholder="https://example.org/assay" value={form.value.url} onChange={(event) => form.set({ url: event.target.value })} />}
      </Field>
      <Field label="Description" optional error={form.problems.at("description")}>
        {(control) => <Input {...control} maxLength={500} value={form.value.description} onChange={(event) => form.set({ description: event.target.value })} />}
      </Field>
      <Field label="Hears of" error={form.problems.at("mode")}>
        {(control) => (
          <Select {...control} value={form.value.mode} onChange={(event) => form.set({ mode: event.target.value as WebhookMode })}>
            {Object.entries(MODE_WORDS).map(([mode, words]) => (
              <option key={mode} value={mode}>
                {words}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <fieldset className="flex flex-col gap-2">
        <legend className="text-2 font-medium mb-1">Events</legend>
        <Checkbox checked={form.value.all} onChange={(event) => form.set({ all: event.target.checked })} label="All events" />
        {!form.value.all && (
          <>
            {COMMON_EVENTS.map((name) => (
              <Checkbox
                key={name}
                checked={form.value.events.includes(name)}
                onChange={(event) =>
                  form.set({ events: event.target.checked ? [...form.value.events, name] : form.value.events.filter((other) => other !== name) })
                }
                label={<span className="font-mono text-2">{name}</span>}
              />
            ))}
            <Field label="Others" optional hint="Names separated by spaces, as the events page shows them." error={form.problems.at("events")}>
              {(control) => <Input {...control} value={form.value.other} onChange={(event) => form.set({ other: event.target.value })} />}
            </Field>
          </>
        )}
      </fieldset>
    </FormDialog>
  );
}
