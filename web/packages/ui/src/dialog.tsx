/**
 * Dialogs on the browser's own `<dialog>`: it traps focus, closes on Escape and makes the rest inert without the
 * style elements that script-made scroll locks inject and our content policy forbids.
 */
import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button, IconButton, type ButtonVariant } from "./button";
import { cx } from "./classes";

export interface DialogProps {
  title: string;
  description?: ReactNode;
  onClose: () => void;
  children?: ReactNode;
  footer?: ReactNode;
  size?: "small" | "medium" | "large";
  /** When false, Escape and a press on the backdrop do nothing: something would be lost. */
  dismissible?: boolean;
}

const WIDTHS = { small: "max-w-md", medium: "max-w-xl", large: "max-w-3xl" };

/** Open for as long as it is rendered. The element marked `data-autofocus` gets the focus. */
export function Dialog({ title, description, onClose, children, footer, size = "small", dismissible = true }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const dialog = ref.current!;
    const before = document.activeElement;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        if (dismissible) onClose();
      }}
      onMouseDown={(event) => {
        if (dismissible && event.target === ref.current) onClose();
      }}
      className={cx(
        "m-auto w-[calc(100%-32px)] max-h-[calc(100dvh-32px)] p-0 bg-raised text-text border border-border rounded-large shadow-3",
        "backdrop:bg-backdrop overflow-hidden",
        WIDTHS[size],
      )}
    >
      <div className="flex flex-col max-h-[calc(100dvh-34px)]">
        <header className={cx("flex items-start gap-3 px-5 pt-4", children ? "pb-2" : "pb-4")}>
          <div className="grow min-w-0">
            <h2 id={titleId} className="text-5 font-semibold">
              {title}
            </h2>
            {description && <p className="text-3 text-muted mt-1">{description}</p>}
          </div>
          {dismissible && <IconButton icon="close" label="Close" size="small" onClick={onClose} className="-mr-1.5" />}
        </header>
        {children && <div className="px-5 pt-1 pb-5 overflow-y-auto overscroll-contain">{children}</div>}
        {footer && <footer className="flex justify-end flex-wrap gap-2 px-5 py-3 border-t border-border bg-surface">{footer}</footer>}
      </div>
    </dialog>
  );
}

export interface ConfirmDialogProps {
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  variant?: ButtonVariant;
  busy?: boolean;
  disabled?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog({
  title,
  description,
  children,
  confirmLabel,
  cancelLabel = "Cancel",
  variant = "primary",
  busy = false,
  disabled = false,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  return (
    <Dialog
      title={title}
      description={description}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{cancelLabel}</Button>
          <Button variant={variant} busy={busy} disabled={disabled} onClick={onConfirm} data-autofocus={children ? undefined : true}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
