/** The customer's say on a finished answer: accept it, have it done again, or put another in its place. */
import { sameValue } from "@assay/annotation";
import { api, type Answer, type AuditVerdict, type TaskDetail } from "@assay/client";
import { Button, buttonClass, counted, Dialog, Field, Icon, Textarea, toast } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { projectQuery } from "../queries";
import { useMay } from "../shell/session";
import { answersOf } from "./TaskActions";

const SAID: Record<AuditVerdict, string> = {
  accept: "The customer accepted this answer.",
  fix: "The customer corrected this answer.",
  comment: "The customer said something about this answer.",
  reject: "The customer rejected the answer; it is being done again.",
};
const DONE: Record<AuditVerdict, string> = {
  accept: "The answer is accepted",
  fix: "The answer is corrected",
  comment: "The comment is on record",
  reject: "The task goes back to work",
};

export function AuditPanel({ task, projectId }: { task: TaskDetail; projectId: string }) {
  const queryClient = useQueryClient();
  const mayWrite = useMay("task.write");
  const isStored = useQuery(projectQuery(projectId)).data?.kind === "stored";
  const [since] = useState(() => Date.now());
  const [asking, setAsking] = useState<"reject" | "fix" | null>(null);
  const audit = useMutation({
    mutationFn: ({ verdict, comment, answer }: { verdict: AuditVerdict; comment?: string; answer?: Answer }) =>
      api.tasks.audit(task.id, {
        verdict,
        duration_seconds: (Date.now() - since) / 1000,
        ...(comment?.trim() ? { comment } : {}),
        ...(answer ? { answer } : {}),
      }),
    onSuccess: async (_, { verdict }) => {
      await Promise.all(["task", "tasks", "progress"].map((key) => queryClient.invalidateQueries({ queryKey: [key, key === "task" ? task.id : projectId] })));
      setAsking(null);
      toast(DONE[verdict]);
    },
    onError: (error) => toast(error.message, "danger"),
  });

  const last = task.audits.at(-1);
  const counts = last && (last.round === task.round || (last.verdict === "reject" && task.state !== "completed"));
  if (!task.response && !counts) return null;
  return (
    <section aria-label="Audit" className="px-4 py-3 flex flex-col gap-2 border-b border-border">
      {counts && (
        <p className="text-2 text-muted flex gap-2 items-start">
          <Icon name="review" className="mt-0.5 shrink-0" />
          <span className="min-w-0 break-words">
            {SAID[last.verdict]} {last.comment}
          </span>
        </p>
      )}
      {mayWrite && task.response && (
        <div role="group" aria-label="Judge the answer" className="flex gap-2 flex-wrap">
          <Button size="small" icon="check" disabled={audit.isPending || last?.verdict === "accept"} onClick={() => audit.mutate({ verdict: "accept" })}>
            Accept
          </Button>
          <Button size="small" icon="retry" disabled={audit.isPending} onClick={() => setAsking("reject")}>
            Have it done again…
          </Button>
          {/* The desks are another app's, so this is an ordinary address. */}
          {!isStored && (
            <a href={`/work/tasks/${task.id}/correct`} className={buttonClass("secondary", "small")}>
              <Icon name="edit" /> Correct
            </a>
          )}
          {otherAnswers(task).length > 0 && (
            <Button size="small" disabled={audit.isPending} onClick={() => setAsking("fix")}>
              Use another answer…
            </Button>
          )}
        </div>
      )}
      {asking === "reject" && <RejectDialog busy={audit.isPending} onClose={() => setAsking(null)} onReject={(comment) => audit.mutate({ verdict: "reject", comment })} />}
      {asking === "fix" && <FixDialog task={task} busy={audit.isPending} onClose={() => setAsking(null)} onFix={(answer) => audit.mutate({ verdict: "fix", answer })} />}
    </section>
  );
}

/** What was said of the task besides what counts. */
function otherAnswers(task: TaskDetail): ReturnType<typeof answersOf> {
  return answersOf(task).filter((each) => each.key !== "response" && !sameValue(each.answer, task.response?.answer));
}

function RejectDialog({ busy, onClose, onReject }: { busy: boolean; onClose: () => void; onReject: (comment: string) => void }) {
  const [comment, setComment] = useState("");
  return (
    <Dialog
      title="Have it done again?"
      description="The task goes back to work in another round. Whoever takes it up begins with this answer and reads what you say. The answer stays on record."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep the answer</Button>
          <Button variant="danger" busy={busy} onClick={() => onReject(comment)}>
            Reject and redo
          </Button>
        </>
      }
    >
      <Field label="What should be different?" optional>
        {(control) => <Textarea {...control} data-autofocus rows={4} maxLength={10_000} value={comment} onChange={(event) => setComment(event.target.value)} />}
      </Field>
    </Dialog>
  );
}

function FixDialog({ task, busy, onClose, onFix }: { task: TaskDetail; busy: boolean; onClose: () => void; onFix: (answer: Answer) => void }) {
  const others = otherAnswers(task);
  const [chosen, setChosen] = useState(others[0]?.key);
  return (
    <Dialog
      title="Put another answer in its place"
      description="It becomes the task's answer, marked as yours, and is sent out as such. The one there is now stays on record."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep the answer</Button>
          <Button
            variant="primary"
            busy={busy}
            onClick={() => {
              const answer = others.find((each) => each.key === chosen);
              if (answer) onFix(answer.answer);
            }}
          >
            Correct
          </Button>
        </>
      }
    >
      <fieldset>
        <legend className="text-2 font-medium mb-2">The right answer is</legend>
        <div className="flex flex-col gap-2">
          {others.map((each) => (
            <label key={each.key} className="flex items-center gap-2 text-3 cursor-pointer">
              <input type="radio" name="right" checked={each.key === chosen} onChange={() => setChosen(each.key)} className="accent-accent" />
              {each.name}
              <span className="text-muted text-2">{counted(each.answer.annotations?.length ?? 0, "mark")}</span>
            </label>
          ))}
        </div>
      </fieldset>
    </Dialog>
  );
}
