import { FormProblems, type Form } from "@assay/forms";
import { Button, CopyField, Dialog } from "@assay/ui";
import { useId, type ReactNode } from "react";

interface FormDialogProps<T, R> {
  title: string;
  description?: string;
  form: Form<T, R>;
  /** The fields shown; problems of any other stand at the top. */
  fields: readonly string[];
  submitLabel: string;
  size?: "small" | "medium";
  /** Whether there is nothing to send yet. */
  disabled?: boolean;
  onClose: () => void;
  /** With what the server answered, once it accepted. */
  onDone: (result: R) => void;
  children: ReactNode;
}

/** A form in a dialog. */
export function FormDialog<T, R>({ title, description, form, fields, submitLabel, size = "small", disabled = false, onClose, onDone, children }: FormDialogProps<T, R>) {
  const id = useId();
  const submit = async () => {
    const result = await form.submit();
    if (result !== undefined) onDone(result);
  };
  return (
    <Dialog
      title={title}
      description={description}
      size={size}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={form.sending} disabled={disabled}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (!disabled) void submit();
        }}
      >
        <FormProblems problems={form.problems.besides(fields)} />
        {children}
      </form>
    </Dialog>
  );
}

interface SecretDialogProps {
  title: string;
  description: string;
  label: string;
  value: string;
  onClose: () => void;
  children?: ReactNode;
}

/** Something that is shown once: it closes only when one says that it was copied. */
export function SecretDialog({ title, description, label, value, onClose, children }: SecretDialogProps) {
  return (
    <Dialog
      title={title}
      description={description}
      onClose={onClose}
      dismissible={false}
      size="medium"
      footer={
        <Button variant="primary" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <CopyField label={label} value={value} secret />
      {children && <div className="text-2 text-muted mt-3">{children}</div>}
    </Dialog>
  );
}
