/** Inputs and the frame around them: label above, hint or error below, joined for assistive technology. */
import { useId, type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";
import { cx } from "./classes";
import { Icon } from "./icons";

const CONTROL =
  "w-full bg-surface text-text border border-border-strong/60 rounded-medium px-2.5 text-3 placeholder:text-muted " +
  "hover:border-border-strong focus-visible:outline-offset-0 focus-visible:border-accent " +
  "aria-invalid:border-danger disabled:opacity-60 disabled:bg-sunken";

export interface FieldProps {
  label: ReactNode;
  /** Kept for assistive technology only. */
  labelHidden?: boolean;
  hint?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  className?: string | undefined;
  children: (control: FieldControl) => ReactNode;
}

/** Spread on the control that the label names. */
export interface FieldControl {
  id: string;
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
}

export function Field({ label, labelHidden, hint, error, optional, className, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className={cx("flex flex-col gap-1 min-w-0", className)}>
      <label htmlFor={id} className={labelHidden ? "sr-only" : "text-2 font-medium"}>
        {label}
        {optional && <span className="font-normal text-muted"> (optional)</span>}
      </label>
      {children({
        id,
        "aria-invalid": error ? true : undefined,
        "aria-describedby": error || hint ? noteId : undefined,
      })}
      {error ? (
        <p id={noteId} className="text-2 text-danger flex gap-1 items-start">
          <Icon name="alert" size={14} className="mt-0.5 shrink-0" />
          {error}
        </p>
      ) : (
        hint && (
          <p id={noteId} className="text-2 text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

export function Input({ className, ...rest }: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  return <input {...rest} className={cx(CONTROL, "h-8", className)} />;
}

export function Textarea({
  className,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> }) {
  return <textarea {...rest} className={cx(CONTROL, "py-2 min-h-20", className)} />;
}

/** The system's own list: works with the keyboard, on phones, and under our content policy. */
export function Select({ className, children, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className={cx("relative inline-block", className ?? "w-full")}>
      <select {...rest} className={cx(CONTROL, "h-8 appearance-none pr-8 [&>option]:bg-raised [&>option]:text-text")}>
        {children}
      </select>
      <Icon name="chevronDown" className="absolute right-2 top-2 pointer-events-none text-muted" />
    </span>
  );
}

export interface NumberInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange" | "type"> {
  value: number | null;
  onValue: (value: number | null) => void;
  unit?: string;
}

/** Gives null while empty; the text stays as typed, so "1." and "-" can be on the way to a number. */
export function NumberInput({ value, onValue, unit, className, ...rest }: NumberInputProps) {
  return (
    <span className={cx("relative inline-flex", className ?? "w-28")}>
      <input
        type="number"
        inputMode="decimal"
        {...rest}
        value={value ?? ""}
        onChange={(event) => {
          const number = event.target.valueAsNumber;
          onValue(Number.isFinite(number) ? number : null);
        }}
        className={cx(CONTROL, "h-8", unit && "pr-10")}
      />
      {unit && <span className="absolute right-2.5 top-1.5 text-2 text-muted pointer-events-none leading-5">{unit}</span>}
    </span>
  );
}

export function Checkbox({
  label,
  hint,
  className,
  ...rest
}: Omit<InputHTMLAttributes<HTMLInputElement>, "type"> & { label: ReactNode; hint?: ReactNode }) {
  return (
    <label className={cx("inline-flex items-start gap-2 text-3 cursor-pointer", className)}>
      <input type="checkbox" {...rest} className="mt-0.5 size-4 shrink-0 accent-accent" />
      <span>
        {label}
        {hint && <span className="block text-2 text-muted">{hint}</span>}
      </span>
    </label>
  );
}

export interface SegmentedProps<T extends string> {
  /** Names the group. */
  label: string;
  value: T;
  onValue: (value: T) => void;
  options: readonly { value: T; label: ReactNode; title?: string }[];
  size?: "small" | "medium";
  className?: string;
}

/** A choice of a few, all visible: radio buttons in a row. */
export function Segmented<T extends string>({ label, value, onValue, options, size = "medium", className }: SegmentedProps<T>) {
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className={cx("inline-flex bg-sunken border border-border rounded-medium p-0.5", className)}>
      {options.map((option) => (
        <label
          key={option.value}
          title={option.title}
          className={cx(
            "relative flex items-center justify-center gap-1.5 rounded-small cursor-pointer px-2.5 font-medium whitespace-nowrap grow",
            "has-focus-visible:outline-2 has-focus-visible:outline-focus",
            size === "small" ? "h-6 text-2" : "h-7 text-3",
            option.value === value ? "bg-raised text-text shadow-1" : "text-muted hover:text-text",
          )}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onValue(option.value)}
            className="sr-only"
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
