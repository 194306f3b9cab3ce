/** Short notes at the foot of the page. Errors stay until closed; the rest leave after five seconds. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { IconButton } from "./button";
import { cx } from "./classes";
import { Icon } from "./icons";

export type ToastTone = "ok" | "danger" | "neutral";

interface Toast {
  id: number;
  tone: ToastTone;
  text: string;
}

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function toast(text: string, tone: ToastTone = "ok"): void {
  const id = ++lastId;
  // Three at most: more is a wall nobody reads.
  change([...toasts.slice(-2), { id, tone, text }]);
  if (tone !== "danger") setTimeout(() => change(toasts.filter((other) => other.id !== id)), 5000);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Rendered once, by the app. A popover, so that it is seen above an open dialog. */
export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => toasts);
  const ref = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const region = ref.current;
    if (!region?.showPopover) return;
    region.hidePopover();
    if (shown.length > 0) region.showPopover();
  }, [shown]);

  return (
    <div
      ref={ref}
      popover="manual"
      role="status"
      aria-live="polite"
      className="fixed inset-auto bottom-4 left-1/2 -translate-x-1/2 m-0 p-0 bg-transparent border-0 overflow-visible w-[min(440px,calc(100%-32px))]"
    >
      <ul className="flex flex-col gap-2">
        {shown.map((item) => (
          <li
            key={item.id}
            className="flex items-start gap-2 bg-raised text-text border border-border rounded-medium shadow-3 pl-3 pr-1.5 py-1.5 text-3"
          >
            <Icon
              name={item.tone === "danger" ? "alert" : "check"}
              className={cx("mt-1.5 shrink-0", item.tone === "danger" ? "text-danger" : item.tone === "ok" ? "text-ok" : "text-muted")}
            />
            <p className="grow py-1 break-words min-w-0">{item.text}</p>
            <IconButton
              icon="close"
              label="Dismiss"
              size="small"
              onClick={() => change(toasts.filter((other) => other.id !== item.id))}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}
