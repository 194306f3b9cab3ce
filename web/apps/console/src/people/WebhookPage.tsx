import { api, type Callback, type Delivery, type WebhookCreated, type WebhookMode } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Badge, Button, buttonClass, ConfirmDialog, counted, EmptyState, ErrorState, Field, Icon, IconButton, Menu, MenuItem, MenuSeparator, Panel, Select, Skeleton, SkeletonRows, Table, Td, Th, toast, Tr, type Tone } from "@assay/ui";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { deliveriesQuery, webhooksQuery } from "../queries";
import { PageFrame, useTitle } from "../shell/page";
import { useMay } from "../shell/session";
import { FormDialog, SecretDialog } from "./dialogs";
import { EventNames, MODE_WORDS } from "./WebhooksPage";

const route = getRouteApi("/console/organization/webhooks/$webhookId");

const MODES: readonly WebhookMode[] = ["live", "test", "both"];

export const TONES: Record<Delivery["state"], Tone> = { pending: "neutral", delivered: "ok", failed: "danger" };

export function WebhookPage() {
  const { webhookId } = route.useParams();
  const navigate = route.useNavigate();
  const mayWrite = useMay("webhook.write");
  const queryClient = useQueryClient();
  const hooks = useQuery(webhooksQuery);
  const deliveries = useInfiniteQuery(deliveriesQuery(webhookId));
  const [removing, setRemoving] = useState(false);
  const [rotating, setRotating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const hook = hooks.data?.items.find((candidate) => candidate.id === webhookId);
  useTitle(hook?.url, "Webhooks");

  const refreshHooks = () => queryClient.invalidateQueries({ queryKey: ["webhooks"] });
  const refreshDeliveries = () => queryClient.invalidateQueries({ queryKey: ["deliveries", webhookId] });
  const onError = (error: Error) => toast(error.message, "danger");

  const test = useMutation({
    mutationFn: () => api.webhooks.test(webhookId),
    onSuccess: async () => {
      await refreshDeliveries();
      toast("A test message is on its way");
    },
    onError,
  });
  const toggle = useMutation({
    mutationFn: (disabled: boolean) => api.webhooks.change(webhookId, { disabled }),
    onSuccess: async (_, disabled) => {
      await refreshHooks();
      toast(disabled ? "Nothing is sent there any more" : "The webhook is on again");
    },
    onError,
  });
  const hear = useMutation({
    mutationFn: (mode: WebhookMode) => api.webhooks.change(webhookId, { mode }),
    onSuccess: async (changed) => {
      await refreshHooks();
      toast(`It hears of ${MODE_WORDS[changed.mode]} now`);
    },
    onError,
  });
  const replay = useMutation({
    mutationFn: (id: string) => api.webhooks.replay(id),
    onSuccess: async () => {
      await refreshDeliveries();
      toast("It is sent again");
    },
    onError,
  });
  const remove = useMutation({
    mutationFn: () => api.webhooks.remove(webhookId),
    onSuccess: async () => {
      await navigate({ to: "/console/organization/webhooks" });
      await refreshHooks();
      toast("The webhook is deleted");
    },
    onError,
  });

  if (hooks.isLoadingError) return <ErrorState error={hooks.error} onRetry={() => void hooks.refetch()} />;
  if (hooks.isPending) return <PageFrame title="Webhook"><Skeleton className="h-48 w-full" /></PageFrame>;
  if (!hook) {
    return (
      <EmptyState icon="webhook" title="There is no such webhook" action={<Link to="/console/organization/webhooks" className={buttonClass()}>All webhooks</Link>}>
        It may have been deleted, or its address is mistyped.
      </EmptyState>
    );
  }

  const items = deliveries.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <PageFrame
      title="Webhook"
      description={hook.description || undefined}
      back={
        <Link to="/console/organization/webhooks" className="text-muted hover:text-text inline-flex items-center gap-1 no-underline">
          <Icon name="chevronLeft" /> All webhooks
        </Link>
      }
      actions={
        mayWrite && (
          <>
            <Button icon="send" busy={test.isPending} disabled={hook.disabled_at !== null} onClick={() => test.mutate()}>
              Send a test
            </Button>
            <Menu trigger={<IconButton icon="more" label="More" variant="secondary" />}>
              {hook.disabled_at ? (
                <MenuItem icon="play" onSelect={() => toggle.mutate(false)}>Enable</MenuItem>
              ) : (
                <MenuItem icon="pause" onSelect={() => toggle.mutate(true)}>Disable</MenuItem>
              )}
              {MODES.filter((mode) => mode !== hook.mode).map((mode) => (
                <MenuItem key={mode} icon="webhook" onSelect={() => hear.mutate(mode)}>Hear of {MODE_WORDS[mode]}</MenuItem>
              ))}
              <MenuItem icon="key" onSelect={() => setRotating(true)}>New secret</MenuItem>
              <MenuSeparator />
              <MenuItem icon="trash" danger onSelect={() => setRemoving(true)}>Delete</MenuItem>
            </Menu>
          </>
        )
      }
    >
      <Panel>
        <div className="flex flex-col gap-2">
          <p className="font-mono text-3 break-all flex items-center gap-2">
            {hook.url} {hook.disabled_at && <Badge tone="danger">disabled</Badge>}
          </p>
          <EventNames events={hook.events} />
          <p className="text-2 text-muted">Hears of {MODE_WORDS[hook.mode]}.</p>
          {hook.old_secret_until && Date.parse(hook.old_secret_until) > Date.now() && (
            <p className="text-2 text-muted">Messages are signed with the old secret too; that ends {ago(hook.old_secret_until, Date.now())}.</p>
          )}
        </div>
      </Panel>
      <Panel
        title="Deliveries"
        flush
        actions={<IconButton icon="retry" label="Refresh" size="small" onClick={() => void deliveries.refetch()} />}
      >
        {deliveries.isPending ? (
          <SkeletonRows />
        ) : deliveries.isLoadingError ? (
          <ErrorState title="The deliveries could not be loaded" error={deliveries.error} onRetry={() => void deliveries.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState icon="send" title="Nothing was sent yet">Send a test, or wait for the first event.</EmptyState>
        ) : (
          <>
            <Table label="Deliveries">
              <thead>
                <tr>
                  <Th>Event</Th>
                  <Th className="max-md:hidden">State</Th>
                  <Th numeric className="max-md:hidden">Attempts</Th>
                  <Th className="max-md:hidden">Last answer</Th>
                  <Th className="max-md:hidden">When</Th>
                  {mayWrite && <Th><span className="sr-only">Actions</span></Th>}
                </tr>
              </thead>
              <tbody>
                {items.map((delivery) => (
                  <Tr key={delivery.id}>
                    <Td className="max-md:py-2.5">
                      <span className="flex flex-wrap items-center gap-x-2 font-mono text-2 md:whitespace-nowrap">
                        {delivery.event_type}
                        <Badge tone={TONES[delivery.state]} className="md:hidden font-sans">{delivery.state}</Badge>
                      </span>
                      <span className="md:hidden block text-2 text-muted">
                        {counted(delivery.attempts, "attempt")} · {ago(delivery.delivered_at ?? delivery.created_at, Date.now())}
                      </span>
                      <span className="md:hidden"><LastAnswer delivery={delivery} /></span>
                    </Td>
                    <Td className="max-md:hidden"><Badge tone={TONES[delivery.state]}>{delivery.state}</Badge></Td>
                    <Td numeric className="max-md:hidden">{delivery.attempts}</Td>
                    <Td className="max-md:hidden min-w-48 max-w-80"><LastAnswer delivery={delivery} /></Td>
                    <Td className="max-md:hidden whitespace-nowrap text-muted">{ago(delivery.delivered_at ?? delivery.created_at, Date.now())}</Td>
                    {mayWrite && (
                      <Td className="text-right">
                        <Button size="small" variant="ghost" icon="retry" disabled={delivery.state === "pending" || replay.isPending} onClick={() => replay.mutate(delivery.id)}>
                          Replay
                        </Button>
                      </Td>
                    )}
                  </Tr>
                ))}
              </tbody>
            </Table>
            {deliveries.hasNextPage && (
              <div className="p-3 text-center border-t border-border">
                <Button size="small" busy={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>Show more</Button>
              </div>
            )}
          </>
        )}
      </Panel>
      {rotating && (
        <RotateDialog
          rotate={(seconds) => api.webhooks.rotateSecret(webhookId, seconds)}
          onClose={() => setRotating(false)}
          onRotated={async (made: WebhookCreated) => {
            setRotating(false);
            setSecret(made.secret);
            await refreshHooks();
          }}
        />
      )}
      {secret && (
        <SecretDialog
          title="New signing secret"
          description="Give it to your server. Copy it now: it is not shown again."
          label="Signing secret"
          value={secret}
          onClose={() => setSecret(null)}
        />
      )}
      {removing && (
        <ConfirmDialog
          title="Delete this webhook?"
          description="Nothing is sent there any more, and the record of its deliveries goes with it."
          confirmLabel="Delete"
          variant="danger"
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setRemoving(false)}
        />
      )}
    </PageFrame>
  );
}

export function LastAnswer({ delivery }: { delivery: Delivery | Callback }) {
  return (
    <>
      {delivery.last_status !== null && <span className="font-mono text-2">{delivery.last_status} </span>}
      <span className="text-2 text-muted break-words">{delivery.last_error}</span>
      {delivery.state === "pending" && delivery.next_attempt_at && (
        <span className="block text-2 text-muted">next try {ago(delivery.next_attempt_at, Date.now())}</span>
      )}
    </>
  );
}

const OVERLAPS = [
  { seconds: 0, name: "at once" },
  { seconds: 3_600, name: "after an hour" },
  { seconds: 86_400, name: "after a day" },
  { seconds: 604_800, name: "after a week" },
];

const OVERLAP_WORDS = "Until the old one ends, messages carry a signature by each, so that your server can change over.";

interface RotateDialogProps<T> {
  title?: string;
  description?: string;
  rotate: (overlapSeconds: number) => Promise<T>;
  onClose: () => void;
  onRotated: (made: T) => void;
}

export function RotateDialog<T>({ title = "Make a new secret?", description = OVERLAP_WORDS, rotate, onClose, onRotated }: RotateDialogProps<T>) {
  const form = useForm({ overlap_seconds: 86_400 }, (value) => rotate(value.overlap_seconds));
  return (
    <FormDialog
      title={title}
      description={description}
      form={form}
      fields={["overlap_seconds"]}
      submitLabel="Make a new secret"
      onClose={onClose}
      onDone={onRotated}
    >
      <Field
        label="The old secret ends"
        hint={form.value.overlap_seconds === 0 ? "For a secret that leaked: messages fail until your server has the new one." : undefined}
        error={form.problems.at("overlap_seconds")}
      >
        {(control) => (
          <Select {...control} value={form.value.overlap_seconds} onChange={(event) => form.set({ overlap_seconds: Number(event.target.value) })}>
            {OVERLAPS.map((overlap) => (
              <option key={overlap.seconds} value={overlap.seconds}>
                {overlap.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </FormDialog>
  );
}
