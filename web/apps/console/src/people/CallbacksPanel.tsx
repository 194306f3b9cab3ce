/** Who is told when a task of a program ends, and what receivers know us by, for each mode. */
import { api, type CallbackKeys, type CallbackSettings } from "@assay/client";
import { useForm } from "@assay/forms";
import { ago, Button, CopyField, Dialog, ErrorState, Field, Input, Panel, SkeletonRows, toast } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callbackSettingsQuery } from "../queries";
import { useMay } from "../shell/session";
import { FormDialog } from "./dialogs";
import { RotateDialog } from "./WebhookPage";

const NAMES = { live: "Live", test: "Test" } as const;

export function CallbacksPanel() {
  const query = useQuery(callbackSettingsQuery);
  return (
    <Panel title="Callbacks" flush>
      <p className="px-4 pt-3 text-3 text-muted">
        A program can name an address with each task, project or batch, which is told when that is done. The addresses
        here are told of the tasks of programs that name none.
      </p>
      {query.isPending ? (
        <SkeletonRows rows={2} />
      ) : query.isLoadingError ? (
        <ErrorState title="The callbacks could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ul>
          {query.data.items.map((settings) => (
            <ModeRow key={settings.mode} settings={settings} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function ModeRow({ settings }: { settings: CallbackSettings }) {
  const { mode } = settings;
  const mayWrite = useMay("webhook.write");
  const maySeeKeys = useMay("callback.keys");
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<"address" | "rotate" | null>(null);
  const [keys, setKeys] = useState<CallbackKeys | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["callback-settings"] });
  const reveal = useMutation({
    mutationFn: () => api.callbacks.revealKeys(mode),
    onSuccess: async (found) => {
      setKeys(found);
      await refresh();
    },
    onError: (error: Error) => toast(error.message, "danger"),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 border-b border-border last:border-b-0">
      <div className="grow min-w-48">
        <p className="text-3 font-medium">{NAMES[mode]}</p>
        <p className={settings.address ? "text-2 font-mono break-all" : "text-2 text-muted"}>{settings.address ?? "No address"}</p>
        {settings.old_secret_until && Date.parse(settings.old_secret_until) > Date.now() && (
          <p className="text-2 text-muted">The old secret signs too; that ends {ago(settings.old_secret_until, Date.now())}.</p>
        )}
      </div>
      <div className="flex flex-wrap gap-2">
        {mayWrite && (
          <Button size="small" icon="edit" aria-label={`Change the address of ${NAMES[mode].toLowerCase()} callbacks`} onClick={() => setOpen("address")}>
            Address
          </Button>
        )}
        {maySeeKeys && (
          <>
            <Button size="small" icon="key" busy={reveal.isPending} aria-label={`Show the keys of ${NAMES[mode].toLowerCase()} callbacks`} onClick={() => reveal.mutate()}>
              Show keys
            </Button>
            <Button size="small" icon="retry" aria-label={`Make new keys for ${NAMES[mode].toLowerCase()} callbacks`} onClick={() => setOpen("rotate")}>
              New keys
            </Button>
          </>
        )}
      </div>
      {open === "address" && (
        <AddressDialog
          settings={settings}
          onClose={() => setOpen(null)}
          onDone={async () => {
            setOpen(null);
            await refresh();
          }}
        />
      )}
      {open === "rotate" && (
        <RotateDialog
          title="Make new keys?"
          description="Callbacks carry the new key at once; what your server refuses until it knows it is tried again for a day. The old secret goes on signing beside the new one until it ends."
          rotate={(seconds) => api.callbacks.rotateKeys(mode, seconds)}
          onClose={() => setOpen(null)}
          onRotated={async (made) => {
            setOpen(null);
            setKeys(made);
            await refresh();
          }}
        />
      )}
      {keys && <KeysDialog keys={keys} onClose={() => setKeys(null)} />}
    </li>
  );
}

function AddressDialog({ settings, onClose, onDone }: { settings: CallbackSettings; onClose: () => void; onDone: () => void }) {
  const form = useForm({ address: settings.address ?? "" }, (value) => api.callbacks.setAddress(settings.mode, value.address.trim() || null));
  return (
    <FormDialog title={`${NAMES[settings.mode]} callbacks`} form={form} fields={["address"]} submitLabel="Save" onClose={onClose} onDone={onDone}>
      <Field label="Address" optional hint="http, https or e-mail. Left empty, only those are told whom a task, project or batch names." error={form.problems.at("address")}>
        {(control) => <Input {...control} data-autofocus maxLength={2048} placeholder="https://example.org/done" value={form.value.address} onChange={(event) => form.set({ address: event.target.value })} />}
      </Field>
    </FormDialog>
  );
}

function KeysDialog({ keys, onClose }: { keys: CallbackKeys; onClose: () => void }) {
  return (
    <Dialog
      title={`Keys of ${NAMES[keys.mode].toLowerCase()} callbacks`}
      description="Your server compares the key with the header scale-callback-auth, or checks the signature with the secret."
      onClose={onClose}
      size="medium"
      footer={<Button variant="primary" onClick={onClose}>Done</Button>}
    >
      <div className="flex flex-col gap-3">
        <div>
          <p className="text-2 font-medium mb-1" aria-hidden="true">Callback key</p>
          <CopyField label="Callback key" value={keys.key} secret />
        </div>
        <div>
          <p className="text-2 font-medium mb-1" aria-hidden="true">Signing secret</p>
          <CopyField label="Signing secret" value={keys.secret} secret />
        </div>
      </div>
    </Dialog>
  );
}
