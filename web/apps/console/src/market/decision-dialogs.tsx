import { api, type HandedIn } from "@assay/client";
import { useForm } from "@assay/forms";
import { Field, Input, Select, Textarea, toast } from "@assay/ui";
import { useState } from "react";
import { FormDialog } from "../people/dialogs";
import { shown } from "./money";
import { useRefresh } from "./queries";

const REASONS = [
  { value: "", name: "No particular one" },
  { value: "wrong", name: "It is wrong" },
  { value: "incomplete", name: "It is incomplete" },
  { value: "off_topic", name: "It is about something else" },
  { value: "instructions_not_followed", name: "It does not follow the instructions" },
  { value: "disagrees_with_others", name: "Others gave another answer" },
  { value: "machine_made", name: "A machine wrote it" },
  { value: "other", name: "Another reason" },
] as const;

/** One decision for one answer or several. What is said is told to each of the freelancers. */
export function RejectDialog({ number, onClose, onReject }: { number: number; onClose: () => void; onReject: (decision: { feedback: string; reason_code?: string }) => Promise<boolean> }) {
  const form = useForm({ feedback: "", reason: "" }, async ({ feedback, reason }) => {
    await onReject({ feedback, ...(reason === "" ? {} : { reason_code: reason }) });
    return true;
  });
  return (
    <FormDialog
      title={number === 1 ? "Reject this answer?" : `Reject ${number} answers?`}
      description="Rejected work is not paid, and counts against whoever did it. They read what you write and may appeal."
      form={form}
      fields={["feedback", "reason_code"]}
      submitLabel="Reject"
      disabled={form.value.feedback.trim() === ""}
      onClose={onClose}
      onDone={onClose}
    >
      <Field label="Reason">
        {(control) => (
          <Select {...control} value={form.value.reason} onChange={(event) => form.set({ reason: event.target.value })}>
            {REASONS.map((reason) => (
              <option key={reason.value} value={reason.value}>{reason.name}</option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="What was wrong" hint="So that the next answer is better." error={form.problems.at("feedback")}>
        {(control) => <Textarea {...control} data-autofocus required rows={3} maxLength={1024} value={form.value.feedback} onChange={(event) => form.set({ feedback: event.target.value })} />}
      </Field>
    </FormDialog>
  );
}

export function BonusDialog({ item, onClose }: { item: HandedIn; onClose: () => void }) {
  const refresh = useRefresh();
  // The same attempt sent twice pays once.
  const [token] = useState(() => crypto.randomUUID());
  const form = useForm({ amount: "", reason: "" }, async (bonus) => {
    const paid = await api.market.payBonus(item.id, { amount: bonus.amount.trim(), reason: bonus.reason, token });
    await refresh();
    return paid;
  });
  return (
    <FormDialog
      title="Pay a bonus"
      description="On top of the reward, whatever was decided. The freelancer has it at once; the market's fee comes on top."
      form={form}
      fields={["amount", "reason"]}
      submitLabel="Pay"
      onClose={onClose}
      onDone={(paid) => {
        toast(`${shown(paid.amount)} paid as a bonus`);
        onClose();
      }}
    >
      <Field label={`Amount (${item.reward.currency})`} error={form.problems.at("amount")}>
        {(control) => <Input {...control} data-autofocus required inputMode="decimal" placeholder="0.50" value={form.value.amount} onChange={(event) => form.set({ amount: event.target.value })} />}
      </Field>
      <Field label="What for" error={form.problems.at("reason")}>
        {(control) => <Textarea {...control} required rows={2} maxLength={1024} value={form.value.reason} onChange={(event) => form.set({ reason: event.target.value })} />}
      </Field>
    </FormDialog>
  );
}
