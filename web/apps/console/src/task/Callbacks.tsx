/** Who was told of a task's end, and telling them once more. Nothing where nobody asked to be told. */
import { api, type Callback } from "@assay/client";
import { ago, Badge, Button, counted, ErrorState, toast } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LastAnswer, TONES } from "../people/WebhookPage";
import { callbacksOfTaskQuery } from "../queries";
import { useMay } from "../shell/session";

export function Callbacks({ taskId }: { taskId: string }) {
  const mayWrite = useMay("task.write");
  const queryClient = useQueryClient();
  const query = useQuery(callbacksOfTaskQuery(taskId));
  const resend = useMutation({
    mutationFn: () => api.callbacks.resend(taskId),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["task", taskId] });
      toast("It is sent once more");
    },
    onError: (error: Error) => toast(error.message, "danger"),
  });
  if (query.isLoadingError) return <ErrorState title="The callbacks could not be loaded" error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-label="Callbacks" className="px-4 py-3 border-b border-border flex flex-col gap-2">
      <h2 className="flex items-center gap-2 text-3 font-medium">
        <span className="grow">Callbacks</span>
        {mayWrite && (
          <Button size="small" variant="ghost" icon="retry" busy={resend.isPending} onClick={() => resend.mutate()}>
            Send again
          </Button>
        )}
      </h2>
      <CallbackList items={items} />
    </section>
  );
}

/** Each with where it went and what became of it, newest first. */
export function CallbackList({ items }: { items: readonly Callback[] }) {
  return (
    <ul className="flex flex-col gap-2">
      {items.map((item) => (
        <li key={item.id} className="text-2">
          <span className="flex items-start gap-2">
            <span className="grow min-w-0 font-mono break-all">{item.address}</span>
            <Badge tone={TONES[item.state]}>{item.state}</Badge>
          </span>
          <span className="block text-muted">
            {counted(item.attempts, "attempt")} · {ago(item.delivered_at ?? item.created_at, Date.now())}
            {item.state === "delivered" && ` · answered ${item.last_status}`}
          </span>
          {item.state !== "delivered" && <LastAnswer delivery={item} />}
        </li>
      ))}
    </ul>
  );
}
