import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "./classes";
import { Icon, type IconName } from "./icons";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";
export type ControlSize = "small" | "medium";

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent border-transparent hover:bg-accent-hover shadow-1",
  secondary: "bg-raised text-text border-border hover:bg-hover shadow-1",
  ghost: "bg-transparent text-text border-transparent hover:bg-hover",
  danger: "bg-danger text-on-danger border-transparent hover:opacity-90 shadow-1",
};

const BASE =
  "inline-flex items-center justify-center gap-1.5 border rounded-medium font-medium whitespace-nowrap select-none " +
  "transition-colors disabled:opacity-50 aria-disabled:opacity-50 no-underline";

/** The look alone, for links that lead somewhere as buttons do. */
export function buttonClass(variant: ButtonVariant = "secondary", size: ControlSize = "medium"): string {
  return cx(BASE, VARIANTS[variant], size === "small" ? "h-7 px-2 text-2" : "h-8 px-3 text-3");
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant;
  size?: ControlSize;
  icon?: IconName | undefined;
  /** Shows a spinner and takes no presses; the name stays, so the button keeps its width. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ variant, size, icon, busy = false, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(buttonClass(variant, size), className)}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  icon: IconName;
  /** The accessible name, also shown on hover. */
  label: string;
  pressed?: boolean;
}

export function IconButton({ icon, label, pressed, variant = "ghost", size = "medium", className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      {...rest}
      className={cx(
        BASE,
        VARIANTS[variant],
        "shrink-0",
        size === "small" ? "size-7" : "size-8",
        pressed ? "text-accent bg-accent-soft" : variant === "ghost" && "text-muted hover:text-text",
        className,
      )}
    >
      <Icon name={icon} />
    </button>
  );
}

export function Spinner({ size = 14 }: { size?: number }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 16 16" width={size} height={size} className="animate-spin shrink-0">
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" opacity="0.25" />
      <path d="M8 2a6 6 0 0 1 6 6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
