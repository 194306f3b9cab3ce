/** A rejection that its freelancer thinks wrong: appealing it, and what became of that. */

import { ApiError } from "@assay/client";
import { ConfirmDialog, Field, Textarea, toast } from "@assay/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Engagement, type OwnAppeal, market } from "./api";
import { ahead } from "./words";

export function AppealPanel({ engagement }: { engagement: Engagement }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const key = ["market", "appeals", engagement.mode];
  const appeals = useQuery({ queryKey: key, queryFn: ({ signal }) => market.appeals(engagement.mode, signal) });
  const open = useMutation({
    mutationFn: (words: string) => market.appeal(engagement.id, words),
    onSuccess: () => {
      setAsking(false);
      toast("Appealed. Somebody who has no part in it decides.");
      void queries.invalidateQueries({ queryKey: key });
    },
    onError: (error) => toast(error instanceof ApiError ? error.detail : "This did not work. Try again.", "danger"),
  });
  if (!appeals.data) return null;
  const own = appeals.data.items.find((one) => one.engagement_id === engagement.id);
  if (own) return <Told appeal={own} now={Date.parse(engagement.server_time)} />;
  return (
    <>
      <p className="text-3 text-muted">
        Is this wrong? Somebody neutral looks at it again: if you are right you are paid, and nothing of the rejection stays.{" "}
        <button type="button" onClick={() => setAsking(true)} className="text-accent underline">
          Appeal it
        </button>
      </p>
      {asking && <AppealDialog busy={open.isPending} onAppeal={(words) => open.mutate(words)} onClose={() => setAsking(false)} />}
    </>
  );
}

function Told({ appeal, now }: { appeal: OwnAppeal; now: number }) {
  return (
    <div className="text-3 bg-sunken rounded-medium p-3 flex flex-col gap-1.5">
      <p className="font-medium">{standing(appeal, now)}</p>
      {appeal.words && <p className="text-muted whitespace-pre-line break-words">You: {appeal.words}</p>}
      {appeal.answer && <p className="text-muted whitespace-pre-line break-words">The requester: {appeal.answer}</p>}
      {appeal.reason && <p className="whitespace-pre-line break-words">The reviewer: {appeal.reason}</p>}
    </div>
  );
}

function standing(appeal: OwnAppeal, now: number): string {
  if (appeal.outcome === "upheld") return "The rejection was looked at again, and stands.";
  if (appeal.outcome !== null) return "You were right: the rejection is gone, and you are paid.";
  const began = appeal.origin === "brake" ? "The market holds this rejection back: its requester rejected so much." : "You appealed. Until it is decided the rejection counts nowhere.";
  return appeal.answered_at === null && Date.parse(appeal.answer_by) > now ? `${began} The requester may answer ${ahead(appeal.answer_by, now).replace(/^in /, "within ")}.` : `${began} A reviewer decides.`;
}

function AppealDialog({ busy, onAppeal, onClose }: { busy: boolean; onAppeal: (words: string) => void; onClose: () => void }) {
  const [words, setWords] = useState("");
  return (
    <ConfirmDialog title="Appeal the rejection" description="You can appeal once. The requester and a neutral reviewer read what you write." confirmLabel="Appeal" busy={busy} disabled={words.trim() === ""} onConfirm={() => onAppeal(words.trim())} onClose={onClose}>
      <Field label="Why is it wrong?">
        {(control) => <Textarea {...control} data-autofocus rows={4} maxLength={2000} value={words} onChange={(event) => setWords(event.target.value)} />}
      </Field>
    </ConfirmDialog>
  );
}
