/** One turn: the labelling page with its header, its drafts, and the ways to end it. */

import { sameValue } from "@assay/annotation";
import { ApiError } from "@assay/client";
import { Button, Icon, ThemeToggle, cx, toast } from "@assay/ui";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { type Practised, type Ruling, type Turn, work } from "../api";
import { go, homePath, onLink } from "../route";
import { type Draft, DraftKeeper, type DraftState } from "../work/drafts";
import type { Keep } from "../work/keep";
import type { Outbox } from "../work/outbox";
import type { OpenTurn, Session } from "../work/session";
import { type Desk, type MakeDesk, isShown } from "./desk";
import { isFirstReading } from "./reading";
import { Countdown } from "./Countdown";
import { MoreMenu } from "./MoreMenu";
import { Notice, Notices } from "./Notices";
import { PracticeNotice, PractisedNotice } from "./Practice";
import { LeaseLostDialog, NothingMarkedDialog, ReportDialog, SendBackDialog, SkipDialog } from "./dialogs";
import { useActiveSeconds } from "./useActiveSeconds";
import { useTitle } from "./useTitle";

export interface TurnViewProps {
  readonly open: OpenTurn;
  readonly session: Session;
  readonly outbox: Outbox;
  readonly drafts: Keep<Draft>;
  readonly makeDesk: MakeDesk;
  readonly hand: React.RefObject<object>;
}

type Question = "skip" | "report" | "send-back" | "nothing-marked" | "lost" | null;

export function TurnView({ open, session, outbox, drafts, makeDesk, hand }: TurnViewProps) {
  const { turn } = open;
  const ready = isShown(open);
  // One desk for the whole turn, whatever is learnt about the turn meanwhile: this component is keyed by it.
  const [desk] = useState(() => makeDesk(open, hand.current));
  // A draft opens with more than the answer to judge, so that one is written by a desk of its own.
  const [judged] = useState(() => turn.review && makeDesk({ ...open, answer: turn.review.answer }, {}).answer());
  const [question, setQuestion] = useState<Question>(null);
  const [draft, setDraft] = useState<DraftState>("clean");
  const [firstReading] = useState(() => isFirstReading(turn.project_id, turn.instructions));
  const keeper = useRef<DraftKeeper | null>(null);
  const activeSeconds = useActiveSeconds();
  const [practised, setPractised] = useState<Practised | null>(null);
  const [sending, setSending] = useState(false);
  const [isRightShown, showRight] = useState(true);

  useEffect(() => {
    const made = new DraftKeeper(turn, drafts, work, setDraft, Date.now);
    keeper.current = made;
    const stop = desk.onAnswer(() => made.note(desk.answer()));
    const flush = (): void => void (document.visibilityState === "hidden" && made.flush());
    document.addEventListener("visibilitychange", flush);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", flush);
      void made.close(false);
    };
    // The ids of a turn never change while it is shown.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [desk, drafts]);

  useEffect(() => {
    if (open.problems.length === 0) return;
    desk.showProblems(open.problems);
    // Shown once, when the turn is opened for a correction.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [desk]);

  useTitle(turn.project_name);

  // The next task opens with what is in hand now.
  useEffect(() => desk.subscribe(() => (hand.current = desk.hand())), [desk, hand]);

  useEffect(() => {
    if (draft === "lost") setQuestion("lost");
  }, [draft]);

  /** Writes the answer down, shows the next task at once, and lets the outbox send it meanwhile. */
  const finish = useCallback(
    (ruling?: Ruling): void => {
      const seconds = activeSeconds();
      const body = ruling ? { kind: "review" as const, ruling: { ...ruling, duration_seconds: seconds } } : { kind: "submit" as const, answer: desk.answer(), duration_seconds: seconds };
      const closing = keeper.current;
      outbox
        .add({ assignment_id: turn.assignment_id, task_id: turn.task_id, project_id: turn.project_id, queued_at: Date.now(), body })
        .then(() => closing?.close(true))
        .catch(() => toast("This device's storage is full: keep the page open until everything is sent.", "danger"));
      void session.next();
    },
    [activeSeconds, desk, outbox, session, turn],
  );

  const accept = (): void => {
    if (turn.review === null) return;
    if (sameValue(desk.answer(), judged)) finish({ verdict: "accept", duration_seconds: 0 });
    else if (desk.check()) finish({ verdict: "fix", answer: desk.answer(), duration_seconds: 0 });
  };

  const right = useMemo(() => (practised ? makeDesk({ ...open, answer: practised.answer }, {}) : null), [makeDesk, open, practised]);

  /** Practice is not sent on its way and left behind: its worker waits to see how it went. */
  const practise = (): void => {
    setSending(true);
    work
      .practise(turn.assignment_id, { answer: desk.answer(), duration_seconds: activeSeconds() })
      .then(
        ({ practice }) => {
          void keeper.current?.close(true);
          if (practice) setPractised(practice);
          else void session.next();
        },
        (error: unknown) => {
          if (error instanceof ApiError && error.problems.length > 0) desk.showProblems(error.problems);
          else toast(error instanceof ApiError ? error.detail : "Your practice could not be sent. Try again.", "danger");
        },
      )
      .finally(() => setSending(false));
  };

  const submit = (): void => {
    if (practised) return void session.next();
    if (!ready || sending || question !== null) return;
    desk.settle();
    if (turn.practice) return void (desk.check() && practise());
    if (turn.stage === "review") accept();
    else if (desk.check()) {
      if (desk.isEmpty()) setQuestion("nothing-marked");
      else finish();
    }
  };

  /** Ends the turn without an answer. */
  const leave = (end: () => Promise<void>): void => {
    setQuestion(null);
    void keeper.current?.close(true);
    end()
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.code !== "lease_lost") toast(error.detail, "danger");
      })
      .finally(() => void session.next());
  };

  const extend = (): void => {
    work.extend(turn.assignment_id).then(
      ({ lease_until }) => session.extended(lease_until),
      (error: unknown) => toast(error instanceof ApiError ? error.detail : "More time could not be had.", "danger"),
    );
  };

  const close = (): void => setQuestion(null);

  return (
    <div className="h-dvh flex flex-col bg-bg overflow-hidden">
      <header className="h-12 shrink-0 flex items-center gap-2 px-2 border-b border-border bg-surface">
        <a href={homePath} onClick={onLink} aria-label="All projects" title="All projects" className="size-9 grid place-items-center rounded-medium text-muted hover:text-text hover:bg-hover">
          <Icon name="chevronLeft" size={18} />
        </a>
        <h1 className="text-3 font-semibold truncate min-w-0">{turn.project_name}</h1>
        <StageBadge turn={turn} />
        <span className="grow" />
        <SaveState draft={draft} />
        <Countdown leaseUntil={turn.lease_until} clockOffset={open.clockOffset} canExtend={turn.extension_available} onExtend={extend} onEnded={() => setQuestion("lost")} />
        <MoreMenu
          entries={[
            ...(turn.practice ? [] : [{ icon: "chevronRight" as const, title: `Skip this ${desk.noun}…`, onChoose: () => setQuestion("skip") }]),
            { icon: "alert", title: "Report a problem…", onChoose: () => setQuestion("report") },
            ...(turn.extension_available ? [{ icon: "clock" as const, title: "More time", onChoose: extend }] : []),
          ]}
        />
        <ThemeToggle className="max-md:hidden" />
        {turn.stage === "review" ? (
          <ReviewActions desk={desk} judged={judged} turn={turn} ready={ready} onAccept={submit} onSendBack={() => setQuestion("send-back")} />
        ) : (
          <Button variant="primary" disabled={!ready} busy={sending} onClick={submit} title={`${practised ? "Next" : "Submit"}  (Ctrl+Enter)`} className="max-md:h-9">
            {practised ? "Next" : "Submit"}
          </Button>
        )}
      </header>
      <Notices outbox={outbox} onCorrect={(parcel) => void session.reopen(parcel)} />
      {turn.sent_back && (
        <Notice tone="accent" icon="review">
          <strong className="font-semibold">{turn.sent_back.by === "customer" ? "The customer asks for this to be done again." : "Sent back by a reviewer."}</strong> {turn.sent_back.comment}
        </Notice>
      )}
      {turn.practice && !practised && <PracticeNotice at={turn.practice} />}
      {practised && <PractisedNotice practised={practised} isRightShown={isRightShown} onShowRight={showRight} />}
      {(right && isRightShown ? right : desk).render({ open, instructionsOpen: firstReading && !practised, onSubmit: submit, onRetryPhoto: () => void session.retryPhoto(), onReport: () => setQuestion("report") })}
      {question === "skip" && <SkipDialog noun={desk.noun} onClose={close} onConfirm={(reason, comment) => leave(() => work.skip(turn.assignment_id, reason, comment))} />}
      {question === "report" && <ReportDialog noun={desk.noun} onClose={close} onConfirm={(reason, comment) => leave(() => work.report(turn.assignment_id, reason, comment))} />}
      {question === "send-back" && <SendBackDialog noun={desk.noun} onClose={close} onConfirm={(comment) => finish({ verdict: "send_back", comment, duration_seconds: 0 })} />}
      {question === "nothing-marked" && <NothingMarkedDialog noun={desk.noun} onClose={close} onConfirm={() => finish()} />}
      {question === "lost" && <LeaseLostDialog noun={desk.noun} onHome={() => go(homePath)} onNext={() => void session.next()} />}
    </div>
  );
}

function StageBadge({ turn }: { turn: Turn }) {
  if (turn.stage !== "review" && turn.round <= 1 && !turn.practice) return null;
  return (
    <span className="text-1 font-medium px-1.5 h-5 inline-flex items-center rounded-small bg-accent-soft text-accent whitespace-nowrap max-md:hidden">
      {turn.practice ? "Practice" : turn.stage === "review" ? "Review" : `Round ${turn.round}`}
    </span>
  );
}

const SAVE_WORDS: Readonly<Record<DraftState, string>> = { clean: "", saving: "Saving…", saved: "Saved", local: "Saved on this device", lost: "" };

const SaveState = ({ draft }: { draft: DraftState }) => (
  <span role="status" className={cx("text-2 text-muted whitespace-nowrap max-md:hidden", draft === "saving" && "opacity-60")}>
    {SAVE_WORDS[draft]}
  </span>
);

interface ReviewActionsProps {
  readonly desk: Desk;
  /** The answer to judge, as the desk writes it. */
  readonly judged: object | null;
  readonly turn: Turn;
  readonly ready: boolean;
  readonly onAccept: () => void;
  readonly onSendBack: () => void;
}

function ReviewActions({ desk, judged, turn, ready, onAccept, onSendBack }: ReviewActionsProps) {
  const snapshot = useSyncExternalStore(desk.subscribe, desk.snapshot);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the snapshot is what changes the desk's answer
  const isChanged = useMemo(() => !sameValue(desk.answer(), judged), [snapshot, desk, judged]);
  return (
    <>
      {turn.review?.may_send_back && (
        <Button disabled={!ready} onClick={onSendBack} className="max-md:h-9">
          <span className="max-md:hidden">Send back…</span>
          <span className="md:hidden">Back…</span>
        </Button>
      )}
      <Button variant="primary" icon={isChanged ? "edit" : "check"} disabled={!ready} onClick={onAccept} title={`${isChanged ? "Save the fix" : "Accept"}  (Ctrl+Enter)`} className="max-md:h-9">
        {isChanged ? "Save fix" : "Accept"}
      </Button>
    </>
  );
}
