/** A turn at one of our own desks, with its draft kept as everywhere. */

import { ApiError } from "@assay/client";
import { Button, EmptyState, cx, toast } from "@assay/ui";
import { useEffect, useRef, useState } from "react";
import type { Turn } from "../api";
import { NothingMarkedDialog } from "../pages/dialogs";
import { type Desk, type MakeDesk, isShown } from "../pages/desk";
import { DESKS } from "../pages/desks";
import { isFirstReading } from "../pages/reading";
import { useActiveSeconds } from "../pages/useActiveSeconds";
import { usePhoto } from "../pages/usePhoto";
import { type Draft, DraftKeeper, type DraftState, startingAnswer } from "../work/drafts";
import type { Keep } from "../work/keep";
import type { OpenTurn } from "../work/session";
import { market } from "./api";
import type { WorkProps } from "./EngagementPage";
import { Waiting } from "./Shell";
import { WorkBar } from "./WorkBar";

type DeskWorkProps = WorkProps & { readonly turn: Turn; readonly drafts: Keep<Draft>; readonly leading: boolean };

export function DeskWork(props: DeskWorkProps) {
  const { turn, drafts, shown, onLook } = props;
  const [open, setOpen] = useState<OpenTurn | null>(null);
  useEffect(() => {
    let isHere = true;
    void startingAnswer(turn, drafts).then((answer) => {
      if (isHere) setOpen({ turn, answer, photo: null, photoProblem: null, problems: [], clockOffset: Date.parse(turn.server_time) - Date.now() });
    });
    return () => void (isHere = false);
    // A turn is opened once, whatever is learnt about it meanwhile.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [turn.assignment_id, drafts]);
  const makeDesk = DESKS[turn.kind];
  if (makeDesk && open?.turn.assignment_id === turn.assignment_id) return <AtDesk key={turn.assignment_id} {...props} open={open} makeDesk={makeDesk} />;
  return (
    <div className="h-dvh flex flex-col bg-bg">
      <WorkBar shown={shown} onLook={onLook} />
      <main className="grow grid place-items-center">
        {makeDesk ? <Waiting>Opening your turn…</Waiting> : <EmptyState icon="edit" title="There is no page for such work yet">Return this turn: it counts against nobody.</EmptyState>}
      </main>
    </div>
  );
}

const SAVE_WORDS: Readonly<Record<DraftState, string>> = { clean: "", saving: "Saving…", saved: "Saved", local: "Saved on this device", lost: "" };

function AtDesk({ shown, open, makeDesk, drafts, leading, onSubmitted, onLook }: DeskWorkProps & { readonly open: OpenTurn; readonly makeDesk: MakeDesk }) {
  const { turn } = open;
  const { shown: seen, retry } = usePhoto(open);
  const [desk] = useState<Desk>(() => makeDesk(open, {}));
  const [draft, setDraft] = useState<DraftState>("clean");
  const [sending, setSending] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [firstReading] = useState(() => isFirstReading(turn.project_id, turn.instructions));
  const keeper = useRef<DraftKeeper | null>(null);
  const activeSeconds = useActiveSeconds();

  useEffect(() => {
    const made = new DraftKeeper(turn, drafts, market, setDraft, Date.now);
    keeper.current = made;
    const stop = desk.onAnswer(() => made.note(desk.answer()));
    const flush = (): void => void (document.visibilityState === "hidden" && made.flush());
    document.addEventListener("visibilitychange", flush);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", flush);
      void made.flush().then(() => made.close(false));
    };
    // The ids of a turn never change while it is shown.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [desk, drafts]);

  useEffect(() => {
    if (draft === "lost") onLook();
    // Told once, when it is over.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [draft]);

  const send = (): void => {
    setAsking(false);
    setSending(true);
    market
      .submit(turn.assignment_id, desk.answer(), activeSeconds())
      .then(
        async () => {
          await keeper.current?.close(true);
          onSubmitted();
        },
        (error: unknown) => {
          if (error instanceof ApiError && error.problems.length > 0) desk.showProblems(error.problems);
          else toast(error instanceof ApiError ? error.detail : "It could not be sent. It is kept on this device; try again.", "danger");
          if (error instanceof ApiError && error.status === 409) onLook();
        },
      )
      .finally(() => setSending(false));
  };
  const ready = isShown(seen) && !sending && !leading;
  const submit = (): void => {
    if (!ready || isAsking) return;
    desk.settle();
    if (!desk.check()) return;
    if (desk.isEmpty()) setAsking(true);
    else send();
  };
  return (
    <div className="h-dvh flex flex-col bg-bg overflow-hidden">
      <WorkBar shown={shown} onLook={onLook}>
        <span role="status" className={cx("text-2 text-muted whitespace-nowrap max-md:sr-only", draft === "saving" && "opacity-60")}>
          {SAVE_WORDS[draft]}
        </span>
        <Button variant="primary" disabled={!isShown(seen)} busy={sending || leading} onClick={submit} title="Submit  (Ctrl+Enter)" className="max-md:h-9">
          Submit
        </Button>
      </WorkBar>
      {desk.render({ open: seen, instructionsOpen: firstReading, onSubmit: submit, onRetryPhoto: retry, onReport: onLook })}
      {isAsking && <NothingMarkedDialog noun={desk.noun} onClose={() => setAsking(false)} onConfirm={send} />}
    </div>
  );
}
