/** A page of a customer's own, in a frame on an origin apart from ours. */

import { cx } from "@assay/ui";
import { useEffect, useRef } from "react";
import type { Frame } from "./api";

/**
 * What such a page may do. Not among it: to lead the window elsewhere. That it keeps its origin is safe as its origin is
 * never ours; the server answers there with the same list.
 */
export const SANDBOX = "allow-scripts allow-forms allow-same-origin allow-popups allow-modals allow-downloads";

export type Told = "submitted" | "refused" | "over";
const TOLD: readonly unknown[] = ["submitted", "refused", "over"] satisfies Told[];

/** What a message from the frame says; null for whatever else arrives at a window. */
export function toldBy(event: Pick<MessageEvent<unknown>, "origin" | "source" | "data">, frame: Frame, shown: Window | null): Told | null {
  if (event.origin !== frame.origin || shown === null || event.source !== shown) return null;
  const said = typeof event.data === "object" && event.data !== null && "assay" in event.data ? event.data.assay : null;
  return TOLD.includes(said) ? (said as Told) : null;
}

interface SandboxedPageProps {
  readonly frame: Frame;
  readonly title: string;
  readonly className?: string;
  /** CSS pixels that the customer asks for; at least as high as there is room. */
  readonly height?: number;
  readonly onTold?: (told: Told) => void;
}

export function SandboxedPage({ frame, title, className, height = 0, onTold }: SandboxedPageProps) {
  const element = useRef<HTMLIFrameElement>(null);
  const latest = useRef(onTold);
  latest.current = onTold;
  useEffect(() => {
    const hear = (event: MessageEvent<unknown>): void => {
      const told = toldBy(event, frame, element.current?.contentWindow ?? null);
      if (told !== null) latest.current?.(told);
    };
    window.addEventListener("message", hear);
    return () => window.removeEventListener("message", hear);
  }, [frame]);
  return (
    <iframe
      ref={element}
      title={title}
      src={frame.url}
      sandbox={SANDBOX}
      referrerPolicy="no-referrer"
      {...(height > 0 ? { style: { minHeight: height } } : {})}
      // Pages rely on a white ground unless they say otherwise; those drawn by us follow the theme of the system.
      className={cx("w-full block border-0", frame.drawn_by_us ? "bg-surface" : "bg-white scheme-light", className)}
    />
  );
}
