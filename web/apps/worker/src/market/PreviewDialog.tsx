/** A look at the work of an offer before it is taken. */

import { Button, Dialog, ErrorState } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { type Job, market } from "./api";
import { SandboxedPage } from "./SandboxedPage";
import { Waiting } from "./Shell";
import { money } from "./words";
import { useMode } from "./world";

interface PreviewDialogProps {
  readonly job: Job;
  readonly busy: boolean;
  readonly onAccept: () => void;
  readonly onClose: () => void;
}

export function PreviewDialog({ job, busy, onAccept, onClose }: PreviewDialogProps) {
  const mode = useMode();
  const look = useQuery({ queryKey: ["market", "preview", job.offer_id, mode], queryFn: ({ signal }) => market.previewOf(job.offer_id, mode, signal), retry: false });
  return (
    <Dialog
      title={job.title}
      description={`${money(job.reward_minor, job.currency)} each. You are only looking: nothing can be sent from here.`}
      size="large"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          {job.eligible && (
            <Button variant="primary" busy={busy} onClick={onAccept} data-autofocus>
              Accept
            </Button>
          )}
        </>
      }
    >
      {look.isPending ? (
        <Waiting>Opening the page…</Waiting>
      ) : look.isError ? (
        <ErrorState title="There is nothing to look at now" error={look.error} onRetry={() => void look.refetch()} />
      ) : look.data.frame ? (
        <SandboxedPage frame={look.data.frame} title={`Preview of ${job.title}`} className="h-[60dvh] border border-border rounded-medium" />
      ) : (
        <div className="text-3 flex flex-col gap-3">
          <p className="whitespace-pre-line break-words">{look.data.description}</p>
          <p className="text-muted">This work is done at our own labelling desk, which opens once you accept it.</p>
        </div>
      )}
    </Dialog>
  );
}
