/** What is said of a task to practise on: before it is handed in, and how it went afterwards. */

import { Button, percent } from "@assay/ui";
import type { Practised, Training } from "../api";
import { Notice } from "./Notices";

export const PracticeNotice = ({ at }: { at: Training }) => (
  <Notice tone="accent" icon="star">
    <strong className="font-semibold">
      Practice, {at.done + 1} of {at.wanted}.
    </strong>{" "}
    You see the right answer after each. The project opens with {percent(at.score_min)} on average.
  </Notice>
);

interface PractisedNoticeProps {
  readonly practised: Practised;
  readonly isRightShown: boolean;
  readonly onShowRight: (shown: boolean) => void;
}

export function PractisedNotice({ practised: { score, training }, isRightShown, onShowRight }: PractisedNoticeProps) {
  return (
    <Notice
      tone={score >= training.score_min ? "ok" : "warn"}
      icon={score >= training.score_min ? "check" : "alert"}
      actions={
        <Button size="small" aria-pressed={isRightShown} onClick={() => onShowRight(!isRightShown)}>
          {isRightShown ? "Show mine" : "Show the right answer"}
        </Button>
      }
    >
      <strong className="font-semibold">{percent(score)} right.</strong> {isRightShown ? "This is the right answer." : "This is your answer."} {whatFollows(training)}
    </Notice>
  );
}

function whatFollows({ state, done, wanted, run, runs_max, score }: Training): string {
  if (state === "passed") return `You have passed${score === null ? "" : ` with ${percent(score)}`}: the work of this project is yours.`;
  if (state === "failed") return "That was the last try. A manager can let you try again.";
  if (done === 0 && run > 1) return `This round of practice did not reach the bar, so another begins: number ${run} of ${runs_max}.`;
  return `${done} of ${wanted} done${score === null ? "" : `, ${percent(score)} on average so far`}.`;
}
