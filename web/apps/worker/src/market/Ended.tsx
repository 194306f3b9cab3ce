/** A turn that is over: what became of it, and where to go on. */

import { Badge, Button, type IconName, buttonClass, Icon } from "@assay/ui";
import { onLink } from "../route";
import { AppealPanel } from "./AppealPanel";
import type { EngagementShown, EngagementState } from "./api";
import { marketPath } from "./places";
import { STATES, standing } from "./words";

const TITLES: Readonly<Record<EngagementState, string>> = {
  accepted: "Your turn",
  submitted: "Your answer is sent",
  approved: "Approved",
  rejected: "Rejected",
  returned: "Returned",
  abandoned: "The time ran out",
};

const ICONS: Readonly<Record<EngagementState, IconName>> = { accepted: "play", submitted: "check", approved: "check", rejected: "close", returned: "undo", abandoned: "clock" };

interface EndedProps {
  readonly shown: EngagementShown;
  readonly leading: boolean;
  /** Nothing more of this job is left for this freelancer. */
  readonly isLast: boolean;
  readonly onNext: () => void;
}

export function Ended({ shown, leading, isLast, onNext }: EndedProps) {
  const { engagement, title } = shown;
  const { tone } = STATES[engagement.state];
  return (
    <div className="min-h-dvh grid place-items-center p-4">
      <main className="w-full max-w-lg bg-surface border border-border rounded-large p-6 flex flex-col gap-4">
        <div className="flex gap-3 items-start">
          <span className="size-9 shrink-0 rounded-large bg-sunken border border-border grid place-items-center text-muted">
            <Icon name={ICONS[engagement.state]} size={18} />
          </span>
          <div className="min-w-0">
            <h1 className="text-5 font-semibold">{TITLES[engagement.state]}</h1>
            <p className="text-3 text-muted break-words">{title}</p>
          </div>
          <span className="grow" />
          <Badge tone={tone}>{STATES[engagement.state].words}</Badge>
        </div>
        <p role="status" className="text-4">
          {standing(engagement, Date.parse(engagement.server_time))}
          {isLast && " Nothing more of this job is left for you now."}
        </p>
        {engagement.feedback && (
          <blockquote className="text-3 border-l-2 border-border-strong pl-3 whitespace-pre-line break-words">{engagement.feedback}</blockquote>
        )}
        {engagement.state === "rejected" && <AppealPanel engagement={engagement} />}
        <div className="flex gap-2 flex-wrap max-md:[&>*]:grow max-md:[&>*]:h-10">
          {!isLast && (
            <Button variant="primary" busy={leading} onClick={onNext}>
              Accept the next of these
            </Button>
          )}
          <a href={marketPath("jobs")} onClick={onLink} className={buttonClass(isLast ? "primary" : "secondary")}>
            Find work
          </a>
          <a href={marketPath("queue")} onClick={onLink} className={buttonClass("ghost")}>
            Your queue
          </a>
        </div>
      </main>
    </div>
  );
}
