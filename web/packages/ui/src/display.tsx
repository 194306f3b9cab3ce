/** What shows things: badges, bars, panels, and the states a page can be in besides "here it is". */
import { useState, type HTMLAttributes, type ReactNode } from "react";
import { Button, IconButton } from "./button";
import { cx } from "./classes";
import { Icon, type IconName } from "./icons";

export type Tone = "neutral" | "accent" | "ok" | "warn" | "danger";

const BADGE: Record<Tone, string> = {
  neutral: "bg-sunken text-muted border-border",
  accent: "bg-accent-soft text-accent border-transparent",
  ok: "bg-ok-soft text-ok border-transparent",
  warn: "bg-warn-soft text-warn border-transparent",
  danger: "bg-danger-soft text-danger border-transparent",
};

export function Badge({ tone = "neutral", icon, children, className }: { tone?: Tone; icon?: IconName; children: ReactNode; className?: string }) {
  return (
    <span className={cx("inline-flex items-center gap-1 h-5 px-1.5 rounded-small border text-1 font-medium whitespace-nowrap", BADGE[tone], className)}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

const FILL: Record<Tone, string> = {
  neutral: "bg-border-strong",
  accent: "bg-accent",
  ok: "bg-ok-fill",
  warn: "bg-warn-fill",
  danger: "bg-danger-fill",
};

/** `value` of `max`; says so to assistive technology. */
export function Progress({ value, max, label, tone = "accent", className }: { value: number; max: number; label: string; tone?: Tone; className?: string }) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={Math.min(value, max)}
      className={cx("h-1.5 rounded-small bg-border overflow-hidden", className)}
    >
      <div className={cx("h-full rounded-small transition-[width]", FILL[tone])} style={{ width: `${share * 100}%` }} />
    </div>
  );
}

/** Only what is done is strong: a bar of work in hand must not look like a full one. */
export const PART_FILL: Record<Tone, string> = {
  neutral: "bg-neutral-tint",
  accent: "bg-accent-tint",
  ok: "bg-ok-fill",
  warn: "bg-warn-tint",
  danger: "bg-danger-tint",
};

/** Parts of a whole side by side; zero parts take no room. The words beside it carry the meaning. */
export function PartsBar({ parts, label, className }: { parts: readonly { name: string; value: number; tone: Tone }[]; label: string; className?: string }) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  const words = parts.filter((part) => part.value > 0).map((part) => `${part.value} ${part.name}`).join(", ");
  return (
    <div role="img" aria-label={`${label}: ${words || "nothing yet"}`} className={cx("flex gap-px h-2 rounded-small bg-border overflow-hidden", className)}>
      {parts.map(
        (part) =>
          part.value > 0 && (
            <div
              key={part.name}
              title={`${part.value} ${part.name}`}
              className={cx("h-full min-w-0.5 transition-[width]", PART_FILL[part.tone])}
              style={{ width: `${(part.value / total) * 100}%` }}
            />
          ),
      )}
    </div>
  );
}

export function Panel({ title, actions, children, className, flush = false }: { title?: ReactNode; actions?: ReactNode; children: ReactNode; className?: string; flush?: boolean }) {
  return (
    <section className={cx("bg-surface border border-border rounded-large min-w-0", className)}>
      {(title || actions) && (
        <header className="flex items-center gap-3 px-4 min-h-11 border-b border-border">
          <h2 className="text-3 font-semibold grow min-w-0">{title}</h2>
          {actions}
        </header>
      )}
      <div className={flush ? "" : "p-4"}>{children}</div>
    </section>
  );
}

export function EmptyState({ icon = "image", title, children, action }: { icon?: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center text-center gap-2 px-6 py-12">
      <span className="size-10 rounded-large bg-sunken border border-border grid place-items-center text-muted mb-1">
        <Icon name={icon} size={20} />
      </span>
      <h2 className="text-4 font-semibold">{title}</h2>
      {children && <div className="text-3 text-muted max-w-md">{children}</div>}
      {action && <div className="mt-2 flex gap-2 flex-wrap justify-center">{action}</div>}
    </div>
  );
}

/** `action` is another way on, beside trying again. */
export function ErrorState({ title = "This could not be loaded", error, onRetry, action }: { title?: string; error: unknown; onRetry?: () => void; action?: ReactNode }) {
  const message = error instanceof Error ? error.message : String(error);
  const requestId = typeof error === "object" && error !== null && "requestId" in error ? error.requestId : null;
  return (
    <div role="alert" className="flex flex-col items-center text-center gap-2 px-6 py-12">
      <span className="size-10 rounded-large bg-danger-soft grid place-items-center text-danger mb-1">
        <Icon name="alert" size={20} />
      </span>
      <h2 className="text-4 font-semibold">{title}</h2>
      <p className="text-3 text-muted max-w-md break-words">{message}</p>
      {typeof requestId === "string" && <p className="text-1 text-muted font-mono">Request {requestId}</p>}
      {(onRetry || action) && (
        <div className="mt-2 flex gap-2 flex-wrap justify-center">
          {onRetry && (
            <Button icon="retry" onClick={onRetry}>
              Try again
            </Button>
          )}
          {action}
        </div>
      )}
    </div>
  );
}

/** Holds the place of what is coming. Hidden from assistive technology: the region around it says it is busy. */
export function Skeleton({ className, ...rest }: HTMLAttributes<HTMLDivElement>) {
  return <div aria-hidden="true" {...rest} className={cx("bg-border/70 rounded-small animate-pulse", className ?? "h-4 w-full")} />;
}

export function SkeletonRows({ rows = 6, className }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={cx("divide-y divide-border", className)}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex items-center gap-4 h-11 px-4">
          <Skeleton className={cx("h-3", ["w-48", "w-36", "w-56", "w-40"][index % 4])} />
          <Skeleton className="h-3 w-16 ml-auto" />
          <Skeleton className="h-3 w-20 hidden sm:block" />
        </div>
      ))}
    </div>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex items-center justify-center min-w-4.5 h-4.5 px-1 rounded-small border border-border bg-sunken text-muted text-1 font-sans">
      {children}
    </kbd>
  );
}

/** A value to take away: shown in full, selected on focus, copied by the button. */
export function CopyField({ label, value, secret = false }: { label: string; value: string; secret?: boolean }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="flex items-stretch gap-2">
      <input
        readOnly
        aria-label={label}
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        spellCheck={false}
        autoComplete={secret ? "off" : undefined}
        className="grow min-w-0 h-8 px-2.5 rounded-medium border border-border bg-sunken font-mono text-2"
      />
      <Button
        icon={copied ? "check" : "copy"}
        onClick={async () => {
          try {
            await navigator.clipboard.writeText(value);
            setCopied(true);
            setTimeout(() => setCopied(false), 2000);
          } catch {
            // Without the clipboard (plain http on another host) the text stays there to be selected.
          }
        }}
      >
        {copied ? "Copied" : "Copy"}
      </Button>
      <span role="status" className="sr-only">
        {copied ? `${label} copied` : ""}
      </span>
    </div>
  );
}

/** Cursor paging knows what is next and where one came from, never how many pages there are. */
export function Pager({ hasPrevious, hasNext, onPrevious, onNext, summary }: { hasPrevious: boolean; hasNext: boolean; onPrevious: () => void; onNext: () => void; summary?: ReactNode }) {
  return (
    <nav aria-label="Pages" className="flex items-center gap-2 text-2 text-muted">
      <span className="grow">{summary}</span>
      <IconButton icon="chevronLeft" label="Previous page" size="small" variant="secondary" disabled={!hasPrevious} onClick={onPrevious} />
      <IconButton icon="chevronRight" label="Next page" size="small" variant="secondary" disabled={!hasNext} onClick={onNext} />
    </nav>
  );
}
