/** What can be done to one batch: let it go, put it forward, tell of it again. */
import { api, type Batch } from "@assay/client";
import { useForm } from "@assay/forms";
import { Button, ConfirmDialog, counted, Dialog, ErrorState, Field, Input, SkeletonRows, toast } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FormDialog } from "../people/dialogs";
import { useProject } from "../project/ProjectLayout";
import { callbacksOfBatchQuery } from "../queries";
import { useMay } from "../shell/session";
import { CallbackList } from "../task/Callbacks";
import { finalizeWords, priorityOf } from "./words";

interface BatchDialogProps {
  batch: Batch;
  onClose: () => void;
}

export function FinalizeDialog({ batch, onClose }: BatchDialogProps) {
  const project = useProject();
  const queryClient = useQueryClient();
  const finalize = useMutation({
    mutationFn: () => api.batches.finalize(batch.id),
    onSuccess: async (done) => {
      for (const key of ["tasks", "progress", "project"]) void queryClient.invalidateQueries({ queryKey: [key, project.id] });
      await queryClient.invalidateQueries({ queryKey: ["batches", project.id] });
      toast(done.state === "completed" ? `${batch.name} is completed` : `${batch.name} is in progress`);
      onClose();
    },
    onError: (error: Error) => toast(error.message, "danger"),
  });
  return (
    <ConfirmDialog
      title={`Finalize ${batch.name}?`}
      description={finalizeWords(batch, project).map((sentence) => (
        <span key={sentence} className="block mt-1 break-words">
          {sentence}
        </span>
      ))}
      confirmLabel="Finalize"
      busy={finalize.isPending}
      onConfirm={() => finalize.mutate()}
      onClose={onClose}
    />
  );
}

export function PriorityDialog({ batch, onClose }: BatchDialogProps) {
  const project = useProject();
  const queryClient = useQueryClient();
  const form = useForm({ priority: batch.priority === null ? "" : String(batch.priority) }, async ({ priority }) =>
    api.batches.prioritize(batch.id, priorityOf(priority) ?? Number.NaN),
  );
  const typed = form.value.priority;
  const wrong = typed.trim() !== "" && priorityOf(typed) === null ? "A whole number from 0 to 100." : undefined;
  return (
    <FormDialog
      title={`Priority of ${batch.name}`}
      description={batch.open === 0 ? "Of tasks that are still to come." : `Of the batch and its ${counted(batch.open, "open task")}, in place of whatever each had.`}
      form={form}
      fields={["priority"]}
      submitLabel="Save"
      disabled={priorityOf(typed) === null}
      onClose={onClose}
      onDone={(changed) => {
        void queryClient.invalidateQueries({ queryKey: ["batches", project.id] });
        void queryClient.invalidateQueries({ queryKey: ["tasks", project.id] });
        toast(`${changed.name} has priority ${changed.priority}`);
        onClose();
      }}
    >
      <Field label="Priority" hint="0 to 100; tasks with more are offered first. A task that says none has 50." error={wrong ?? form.problems.at("priority")}>
        {(control) => (
          <Input
            {...control}
            data-autofocus
            inputMode="numeric"
            autoComplete="off"
            maxLength={3}
            className="max-w-24"
            value={typed}
            onChange={(event) => form.set({ priority: event.target.value })}
          />
        )}
      </Field>
    </FormDialog>
  );
}

export function CallbacksDialog({ batch, onClose }: BatchDialogProps) {
  const project = useProject();
  const mayWrite = useMay("task.write");
  const queryClient = useQueryClient();
  const query = useQuery(callbacksOfBatchQuery(batch.id));
  const resend = useMutation({
    mutationFn: () => api.callbacks.resendOfBatch(batch.id),
    onSuccess: async () => {
      void queryClient.invalidateQueries({ queryKey: ["batches", project.id] });
      await queryClient.invalidateQueries({ queryKey: callbacksOfBatchQuery(batch.id).queryKey });
      toast("It is sent once more");
    },
    onError: (error: Error) => toast(error.message, "danger"),
  });
  const items = query.data?.items ?? [];
  return (
    <Dialog
      title={`Callbacks of ${batch.name}`}
      description="Sent each time that the last of its tasks is done."
      size="medium"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          {mayWrite && batch.state === "completed" && (
            <Button variant="primary" icon="retry" busy={resend.isPending} onClick={() => resend.mutate()}>
              Send again
            </Button>
          )}
        </>
      }
    >
      {query.isPending ? (
        <SkeletonRows rows={2} />
      ) : query.isLoadingError ? (
        <ErrorState title="The callbacks could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : items.length === 0 ? (
        <p className="text-3 text-muted">
          Nothing was sent yet. It will go to <span className="font-mono text-2 break-all">{batch.callback}</span>
        </p>
      ) : (
        <CallbackList items={items} />
      )}
    </Dialog>
  );
}
