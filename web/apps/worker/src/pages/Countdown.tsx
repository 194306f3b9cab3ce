/** What is left of the lease. Only this text changes with the clock. */

import { Button, Icon, cx } from "@assay/ui";
import { useEffect, useState } from "react";

export interface CountdownProps {
  readonly leaseUntil: string;
  /** The server's clock minus ours, in milliseconds. */
  readonly clockOffset: number;
  /** What the time is for. */
  readonly noun?: string;
  readonly canExtend: boolean;
  readonly onExtend: () => void;
  readonly onEnded: () => void;
}

const WARN_SECONDS = 120;

export function Countdown({ leaseUntil, clockOffset, noun = "photo", canExtend, onExtend, onEnded }: CountdownProps) {
  const left = (): number => Math.max(0, Math.ceil((Date.parse(leaseUntil) - clockOffset - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 1000);
    return () => clearInterval(timer);
    // `left` reads the same two values.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [leaseUntil, clockOffset]);
  const ended = seconds === 0;
  useEffect(() => {
    if (ended) onEnded();
    // Told once, when it ends.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [ended]);
  const short = seconds <= WARN_SECONDS;
  return (
    <span className="flex items-center gap-1.5">
      <span role="timer" aria-label={`Time left for this ${noun}`} title={`Time left for this ${noun}`} className={cx("inline-flex items-center gap-1 text-2 h-7 px-1.5 rounded-medium", short ? "bg-warn-soft text-warn font-semibold" : "text-muted")}>
        <Icon name="clock" size={14} />
        {clock(seconds)}
      </span>
      {short && canExtend && (
        <Button size="small" onClick={onExtend}>
          More time
        </Button>
      )}
      <span role="status" className="sr-only">
        {short && !ended ? `Less than two minutes left for this ${noun}.` : ""}
      </span>
    </span>
  );
}

function clock(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
