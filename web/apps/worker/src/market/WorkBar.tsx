/** The bar above a turn: what it is, what it pays, how long there is, and the ways to end it. */

import { Badge, Checkbox, ConfirmDialog, Icon, ThemeToggle } from "@assay/ui";
import { type ReactNode, useState } from "react";
import { Countdown } from "../pages/Countdown";
import { MoreMenu } from "../pages/MoreMenu";
import { onLink } from "../route";
import type { EngagementShown } from "./api";
import { useTurnChanges } from "./EngagementPage";
import { marketPath } from "./places";
import { money } from "./words";
import { setAcceptsNext, useAcceptsNext } from "./world";

interface WorkBarProps {
  readonly shown: EngagementShown;
  readonly onLook: () => void;
  /** What is beside the clock: whether it is saved, the button that hands it in. */
  readonly children?: ReactNode;
}

export function WorkBar({ shown, onLook, children }: WorkBarProps) {
  const { engagement, title } = shown;
  const { extend, giveBack } = useTurnChanges(engagement, onLook);
  const [isReturning, setReturning] = useState(false);
  // Worked out when the turn came: the two clocks do not drift apart in an hour.
  const [clockOffset] = useState(() => Date.parse(engagement.server_time) - Date.now());
  const acceptsNext = useAcceptsNext();
  return (
    <header className="h-12 shrink-0 flex items-center gap-2 px-2 border-b border-border bg-surface">
      <a href={marketPath("queue")} onClick={onLink} aria-label="Your queue" title="Your queue: this turn stays yours" className="size-9 shrink-0 grid place-items-center rounded-medium text-muted hover:text-text hover:bg-hover">
        <Icon name="chevronLeft" size={18} />
      </a>
      <h1 className="text-3 font-semibold truncate min-w-0">{title}</h1>
      <Badge tone="ok" className="tabular-nums">
        {money(engagement.reward_minor, engagement.currency)}
      </Badge>
      {engagement.mode === "test" && <Badge tone="warn" className="max-md:hidden">Sandbox</Badge>}
      <span className="grow" />
      <Checkbox label="Accept the next by itself" checked={acceptsNext} onChange={(event) => setAcceptsNext(event.target.checked)} className="max-md:hidden text-muted whitespace-nowrap mr-1" />
      <Countdown noun="turn" leaseUntil={engagement.deadline} clockOffset={clockOffset} canExtend={!engagement.extended} onExtend={extend} onEnded={onLook} />
      <MoreMenu
        entries={[
          { icon: "undo", title: "Return this turn…", onChoose: () => setReturning(true) },
          ...(engagement.extended ? [] : [{ icon: "clock" as const, title: "More time", onChoose: extend }]),
          { icon: acceptsNext ? "pause" : "play", title: acceptsNext ? "Do not accept the next by itself" : "Accept the next by itself", onChoose: () => setAcceptsNext(!acceptsNext) },
        ]}
      />
      <ThemeToggle className="max-md:hidden" />
      {children}
      {isReturning && (
        <ConfirmDialog
          title="Return this turn?"
          description="Somebody else can take it then. It costs you nothing, and counts against nobody."
          confirmLabel="Return it"
          cancelLabel="Keep it"
          onConfirm={giveBack}
          onClose={() => setReturning(false)}
        />
      )}
    </header>
  );
}
