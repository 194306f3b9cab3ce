/** The few questions that interrupt work. */

import { Button, ConfirmDialog, Dialog, Field, Textarea } from "@assay/ui";
import { useId, useState } from "react";
import type { ReportReason, SkipReason } from "../api";

const SKIP: readonly (readonly [SkipReason, string])[] = [
  ["unclear", "I cannot tell what is asked"],
  ["too_hard", "Too hard, or too many things to mark"],
  ["not_my_language", "Not in a language I read"],
  ["other", "Something else"],
];

const reports = (noun: string): readonly (readonly [ReportReason, string])[] => [
  ["does_not_load", `The ${noun} does not load`],
  ["wrong_content", "It has nothing to do with the instructions"],
  ["duplicate", `I have seen this ${noun} before`],
  ["offensive", "It is offensive or shocking"],
  ["other", "Something else"],
];

interface ReasonDialogProps<R extends string> {
  readonly title: string;
  readonly description: string;
  readonly reasons: readonly (readonly [R, string])[];
  readonly confirmLabel: string;
  readonly onConfirm: (reason: R, comment: string) => void;
  readonly onClose: () => void;
}

function ReasonDialog<R extends string>({ title, description, reasons, confirmLabel, onConfirm, onClose }: ReasonDialogProps<R>) {
  const [reason, setReason] = useState<R | null>(null);
  const [comment, setComment] = useState("");
  const name = useId();
  return (
    <ConfirmDialog
      title={title}
      description={description}
      confirmLabel={confirmLabel}
      disabled={reason === null || (reason === "other" && comment.trim() === "")}
      onConfirm={() => reason !== null && onConfirm(reason, comment.trim())}
      onClose={onClose}
    >
      <fieldset className="flex flex-col">
        <legend className="sr-only">Reason</legend>
        {reasons.map(([value, words], index) => (
          <label key={value} className="flex items-center gap-2.5 min-h-9 max-md:min-h-11 text-3 cursor-pointer">
            <input type="radio" name={name} value={value} checked={reason === value} onChange={() => setReason(value)} className="size-4 accent-accent" {...(index === 0 ? { "data-autofocus": true } : {})} />
            {words}
          </label>
        ))}
      </fieldset>
      {reason !== null && (
        <Field label="In your words" optional={reason !== "other"} className="mt-3">
          {(control) => <Textarea {...control} value={comment} maxLength={1000} onChange={(event) => setComment(event.target.value)} />}
        </Field>
      )}
    </ConfirmDialog>
  );
}

interface LeaveDialogProps<R extends string> {
  readonly noun: string;
  readonly onConfirm: (reason: R, comment: string) => void;
  readonly onClose: () => void;
}

export const SkipDialog = ({ noun, ...props }: LeaveDialogProps<SkipReason>) => (
  <ReasonDialog title={`Skip this ${noun}`} description="Somebody else will do it. What you did here is not kept." reasons={SKIP} confirmLabel="Skip" {...props} />
);

export const ReportDialog = ({ noun, ...props }: LeaveDialogProps<ReportReason>) => (
  <ReasonDialog title="Report a problem" description={`A manager looks at the ${noun}; you go on with the next one.`} reasons={reports(noun)} confirmLabel="Report" {...props} />
);

export function SendBackDialog({ noun, onConfirm, onClose }: { noun: string; onConfirm: (comment: string) => void; onClose: () => void }) {
  const [comment, setComment] = useState("");
  return (
    <ConfirmDialog
      title="Send back"
      description={`The ${noun} is labelled again. An annotator who gets it back sees your comment beside it.`}
      confirmLabel="Send back"
      disabled={comment.trim() === ""}
      onConfirm={() => onConfirm(comment.trim())}
      onClose={onClose}
    >
      <Field label="What should be better?">
        {(control) => <Textarea {...control} data-autofocus rows={4} maxLength={2000} value={comment} onChange={(event) => setComment(event.target.value)} />}
      </Field>
    </ConfirmDialog>
  );
}

export const NothingMarkedDialog = ({ noun, onConfirm, onClose }: { noun: string; onConfirm: () => void; onClose: () => void }) => (
  <ConfirmDialog
    title="Nothing is marked"
    description={`That is a fine answer when there is nothing to mark in this ${noun}.`}
    confirmLabel="Submit empty"
    cancelLabel="Go back"
    onConfirm={onConfirm}
    onClose={onClose}
  />
);

export const LeaseLostDialog = ({ noun, onNext, onHome }: { noun: string; onNext: () => void; onHome: () => void }) => (
  <Dialog
    title={`Your turn at this ${noun} is over`}
    description={`Its time ran out, or you finished it in another tab. What you did is kept on this device: should the ${noun} come back to you, you can go on where you stopped.`}
    dismissible={false}
    onClose={onHome}
    footer={
      <>
        <Button onClick={onHome}>All projects</Button>
        <Button variant="primary" data-autofocus onClick={onNext}>
          Next {noun}
        </Button>
      </>
    }
  />
);
