/** What can be done to one task: cancel, reopen, make it a gold or no longer one. */
import { api, type Answer, type TaskDetail } from "@assay/client";
import { Button, ConfirmDialog, counted, Dialog, IconButton, Menu, MenuItem, MenuSeparator, toast } from "@assay/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

export function TaskActions({ task, projectId }: { task: TaskDetail; projectId: string }) {
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<"cancel" | "gold" | "ungold" | null>(null);
  const done = async (text: string) => {
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: ["task", task.id] }),
      queryClient.invalidateQueries({ queryKey: ["tasks", projectId] }),
      queryClient.invalidateQueries({ queryKey: ["progress", projectId] }),
    ]);
    setAsking(null);
    toast(text);
  };
  const change = useMutation({
    mutationFn: async ({ call }: { call: () => Promise<unknown>; text: string }) => call(),
    onSuccess: (_, { text }) => done(text),
    onError: (error) => toast(error.message, "danger"),
  });
  const finished = task.state === "completed" || task.state === "cancelled";

  return (
    <>
      {task.state === "broken" && (
        <Button icon="retry" busy={change.isPending} onClick={() => change.mutate({ call: () => api.tasks.reopen(task.id), text: "The task is open again" })}>
          Reopen
        </Button>
      )}
      <Menu trigger={<IconButton icon="more" label="More" variant="secondary" />}>
        {task.is_gold ? (
          <MenuItem icon="star" onSelect={() => setAsking("ungold")}>No longer a gold</MenuItem>
        ) : (
          <MenuItem icon="star" disabled={answersOf(task).length === 0} onSelect={() => setAsking("gold")}>Make it a gold…</MenuItem>
        )}
        <MenuSeparator />
        <MenuItem icon="close" danger disabled={finished} onSelect={() => setAsking("cancel")}>Cancel task</MenuItem>
      </Menu>
      {asking === "cancel" && (
        <ConfirmDialog
          title="Cancel this task?"
          description="Nobody gets it any more and it has no answer. What was submitted stays on record."
          confirmLabel="Cancel task"
          cancelLabel="Keep it"
          variant="danger"
          busy={change.isPending}
          onConfirm={() => change.mutate({ call: () => api.tasks.cancel(task.id), text: "The task is cancelled" })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "ungold" && (
        <ConfirmDialog
          title="No longer a gold?"
          description="Workers are no longer checked against it. What it has said about them so far stays."
          confirmLabel="Remove gold"
          busy={change.isPending}
          onConfirm={() => change.mutate({ call: () => api.tasks.removeGold(task.id), text: "No longer a gold" })}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "gold" && (
        <GoldDialog
          task={task}
          busy={change.isPending}
          onClose={() => setAsking(null)}
          onChoose={(answer) => change.mutate({ call: () => api.tasks.makeGold(task.id, answer), text: "The task is a gold" })}
        />
      )}
    </>
  );
}

/** Every answer there is, the one that counts first. */
export function answersOf(task: TaskDetail): { key: string; name: string; answer: Answer }[] {
  const answers: { key: string; name: string; answer: Answer }[] = [];
  if (task.response) answers.push({ key: "response", name: "The accepted answer", answer: task.response.answer });
  else if (task.consensus) answers.push({ key: "consensus", name: "The merged answer", answer: task.consensus.answer });
  for (const submission of task.submissions) answers.push({ key: submission.id, name: `${submission.worker.name}'s answer`, answer: submission.answer });
  if (task.prelabels) answers.push({ key: "prelabels", name: "The pre-labels", answer: task.prelabels });
  return answers;
}

function GoldDialog({ task, busy, onClose, onChoose }: { task: TaskDetail; busy: boolean; onClose: () => void; onChoose: (answer: Answer) => void }) {
  const answers = answersOf(task);
  const [chosen, setChosen] = useState(answers[0]?.key);
  return (
    <Dialog
      title="Make it a gold"
      description="A gold has a known answer. It is mixed into workers' tasks, unseen, to measure how often they are right."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={busy}
            onClick={() => {
              const answer = answers.find((each) => each.key === chosen);
              if (answer) onChoose(answer.answer);
            }}
          >
            Make gold
          </Button>
        </>
      }
    >
      <fieldset>
        <legend className="text-2 font-medium mb-2">The right answer is</legend>
        <div className="flex flex-col gap-2">
          {answers.map((each) => (
            <label key={each.key} className="flex items-center gap-2 text-3 cursor-pointer">
              <input type="radio" name="gold" checked={each.key === chosen} onChange={() => setChosen(each.key)} className="accent-accent" />
              {each.name}
              <span className="text-muted text-2">{counted(each.answer.annotations?.length ?? 0, "mark")}</span>
            </label>
          ))}
        </div>
      </fieldset>
    </Dialog>
  );
}
