/** A stay at one project: task after task, and what is shown when there is none. */

import { Button, EmptyState, ErrorState, Spinner, buttonClass } from "@assay/ui";
import { loadPhoto, releasePhoto } from "@assay/labeling";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { type Stage, giveBackOnLeave, work } from "../api";
import { homePath, onLink } from "../route";
import type { Draft } from "../work/drafts";
import type { Keep } from "../work/keep";
import type { Outbox } from "../work/outbox";
import { Session, type SessionState } from "../work/session";
import { Notices } from "./Notices";
import { TurnView } from "./TurnView";
import { DESKS } from "./desks";

export interface TurnsPageProps {
  readonly projectId: string;
  readonly stage: Stage;
  readonly outbox: Outbox;
  readonly drafts: Keep<Draft>;
  readonly onSignedOut: () => void;
}

/** The last frame of a photo may still be on its way to the screen when the next one is shown. */
const RELEASE_MS = 2_000;

const newSession = ({ projectId, stage, outbox, drafts }: TurnsPageProps): Session =>
  new Session(projectId, stage, {
    api: work,
    outbox,
    drafts,
    loadPhoto,
    releasePhoto: (photo) => void setTimeout(() => releasePhoto(photo), RELEASE_MS),
    now: Date.now,
  });

const LOOKING: SessionState = { phase: "looking" };

export function TurnsPage(props: TurnsPageProps) {
  const { projectId, stage, outbox, drafts, onSignedOut } = props;
  const [session, setSession] = useState<Session | null>(null);
  const hand = useRef<object>({});

  useEffect(() => {
    let current: Session;
    const begin = (): void => {
      current = newSession(props);
      setSession(current);
      void current.start();
    };
    const leave = (): void => {
      const waiting = current.close();
      if (waiting) giveBackOnLeave(waiting);
    };
    // A page taken back from the browser's memory starts anew: what it held was given back when it left.
    const comeBack = (event: PageTransitionEvent): void => void (event.persisted && begin());
    begin();
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", comeBack);
    return () => {
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", comeBack);
      leave();
    };
    // A stay is one project and stage; the stores live as long as the page.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [projectId, stage]);

  const state = useSyncExternalStore(session ? session.subscribe : () => () => {}, () => session?.state ?? LOOKING);
  const isSignedOut = state.phase === "failed" && state.error.status === 401;
  useEffect(() => {
    if (isSignedOut) onSignedOut();
  }, [isSignedOut, onSignedOut]);

  if (session && state.phase === "working") {
    const makeDesk = DESKS[state.open.turn.kind];
    if (makeDesk === undefined) return <NoDesk kind={state.open.turn.kind} />;
    return <TurnView key={state.open.turn.assignment_id} makeDesk={makeDesk} open={state.open} session={session} outbox={outbox} drafts={drafts} hand={hand} />;
  }
  return (
    <div className="min-h-dvh flex flex-col">
      <Notices outbox={outbox} {...(session ? { onCorrect: (parcel) => void session.reopen(parcel) } : {})} />
      <main className="grow grid place-items-center p-4">
        <Waiting state={state} stage={stage} onRetry={() => void session?.start()} />
      </main>
    </div>
  );
}

const HomeLink = () => (
  <a href={homePath} onClick={onLink} className={buttonClass("secondary")}>
    All projects
  </a>
);

function Waiting({ state, stage, onRetry }: { state: SessionState; stage: Stage; onRetry: () => void }) {
  switch (state.phase) {
    case "nothing":
      return (
        <EmptyState icon="check" title={stage === "review" ? "Nothing to review right now" : "No task for you right now"} action={<><Button icon="retry" onClick={onRetry}>Look again</Button><HomeLink /></>}>
          You have done what there was. We keep looking, and the next one opens here by itself.
        </EmptyState>
      );
    case "refused":
      return (
        <EmptyState icon="pause" title="You cannot work on this project now" action={<HomeLink />}>
          {state.reason}
        </EmptyState>
      );
    case "failed":
      return <ErrorState title="The next task could not be fetched" error={state.error} onRetry={onRetry} action={<HomeLink />} />;
    default:
      return (
        <p role="status" className="flex items-center gap-2 text-3 text-muted">
          <Spinner /> Looking for a task…
        </p>
      );
  }
}

/** Such tasks are made and answered by API already. */
const NoDesk = ({ kind }: { kind: string }) => (
  <div className="min-h-dvh grid place-items-center">
    <EmptyState icon="edit" title={`The page for tasks of the kind “${kind}” is still being made`}>
      They can be created and answered by API already. <HomeLink />
    </EmptyState>
  </div>
);
