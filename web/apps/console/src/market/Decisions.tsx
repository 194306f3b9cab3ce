import { api, type HandedIn, type Offer } from "@assay/client";
import { ago, Badge, Button, count, counted, duration, EmptyState, ErrorState, Panel, Select, SkeletonRows, toast } from "@assay/ui";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../shell/session";
import { AboutFreelancer } from "./AboutFreelancer";
import { BonusDialog, RejectDialog } from "./decision-dialogs";
import { Freelancer } from "./Freelancer";
import { usePaged } from "./paged";
import { useRefresh } from "./queries";
import { answerLines, STATES } from "./words";

type State = "submitted" | "approved" | "rejected" | "";

/** What freelancers handed in, to be decided on one by one or several at once. */
export function Decisions({ offer }: { offer: Offer }) {
  const mayWrite = useMay("market.write");
  const refresh = useRefresh();
  const [state, setState] = useState<State>("submitted");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const [rejecting, setRejecting] = useState<readonly HandedIn[] | null>(null);
  const [bonusFor, setBonusFor] = useState<HandedIn | null>(null);
  const paged = usePaged<HandedIn>(["market", "handed-in", offer.id, state], (paging, signal) => api.market.handedIn(offer.id, { state, ...paging }, signal), {
    refetchInterval: 15_000,
  });
  const open = paged.items.filter((item) => item.state === "submitted");
  const selected = open.filter((item) => chosen.has(item.id));
  const subjects = selected.length > 0 ? selected : [];

  /** One after another, so that money runs out at one of them and not in the middle of all. */
  const decide = async (items: readonly HandedIn[], act: (item: HandedIn) => Promise<unknown>, said: string): Promise<boolean> => {
    setBusy(true);
    let done = 0;
    try {
      for (const item of items) {
        await act(item);
        done += 1;
      }
      toast(`${counted(done, "answer")} ${said}`);
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      toast(done > 0 ? `${count(done)} of ${count(items.length)} ${said}. Then: ${why}` : why, "danger");
      return false;
    } finally {
      setChosen(new Set());
      await refresh();
      setBusy(false);
    }
  };
  const approve = (items: readonly HandedIn[]) => decide(items, (item) => api.market.approve(item.id, item.state === "rejected" ? { override: true } : {}), "approved");

  return (
    <div className="flex flex-col gap-3 min-w-0">
      <Panel
        flush
        title="Answers"
        actions={
          <Select
            aria-label="Which answers"
            className="w-36"
            value={state}
            onChange={(event) => {
              setState(event.target.value as State);
              setChosen(new Set());
            }}
          >
            <option value="submitted">To decide</option>
            <option value="approved">Approved</option>
            <option value="rejected">Rejected</option>
            <option value="">All</option>
          </Select>
        }
      >
        {mayWrite && open.length > 1 && (
          <div className="flex flex-wrap items-center gap-2 px-4 py-2 border-b border-border bg-sunken/60">
            <label className="inline-flex items-center gap-2 text-3 cursor-pointer grow">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={selected.length === open.length}
                onChange={(event) => setChosen(new Set(event.target.checked ? open.map((item) => item.id) : []))}
              />
              {subjects.length === 0 ? (
                <span>
                  All {count(open.length)}
                  <span className="max-sm:sr-only"> on this page</span>
                </span>
              ) : (
                `${count(subjects.length)} chosen`
              )}
            </label>
            <Button size="small" disabled={subjects.length === 0} onClick={() => setRejecting(subjects)}><span>Reject<span className="max-sm:sr-only"> chosen</span></span></Button>
            <Button size="small" variant="primary" disabled={subjects.length === 0} busy={busy} onClick={() => void approve(subjects)}><span>Approve<span className="max-sm:sr-only"> chosen</span></span></Button>
          </div>
        )}
        {paged.pending ? (
          <SkeletonRows rows={4} />
        ) : paged.error ? (
          <ErrorState title="The answers could not be loaded" error={paged.error} onRetry={paged.retry} />
        ) : paged.items.length === 0 ? (
          <EmptyState icon="review" title={state === "submitted" ? "Nothing to decide" : "No such answers"}>
            {state === "submitted" && "Answers come here as freelancers hand them in. What you do not decide on in time is approved by itself."}
          </EmptyState>
        ) : (
          <ul aria-label="Answers" className="divide-y divide-border">
            {paged.items.map((item) => (
              <AnswerItem
                key={item.id}
                item={item}
                offer={offer}
                mayWrite={mayWrite}
                busy={busy}
                chosen={chosen.has(item.id)}
                choosable={open.length > 1}
                onChoose={(on) => setChosen((before) => new Set(on ? [...before, item.id] : [...before].filter((id) => id !== item.id)))}
                onApprove={() => void approve([item])}
                onReject={() => setRejecting([item])}
                onBonus={() => setBonusFor(item)}
              />
            ))}
          </ul>
        )}
      </Panel>
      {paged.pager}
      {rejecting && (
        <RejectDialog
          number={rejecting.length}
          onClose={() => setRejecting(null)}
          onReject={(decision) => decide(rejecting, (item) => api.market.reject(item.id, decision), "rejected")}
        />
      )}
      {bonusFor && <BonusDialog item={bonusFor} onClose={() => setBonusFor(null)} />}
    </div>
  );
}

interface ItemProps {
  item: HandedIn;
  offer: Offer;
  mayWrite: boolean;
  busy: boolean;
  chosen: boolean;
  choosable: boolean;
  onChoose: (on: boolean) => void;
  onApprove: () => void;
  onReject: () => void;
  onBonus: () => void;
}

function AnswerItem({ item, offer, mayWrite, busy, chosen, choosable, onChoose, onApprove, onReject, onBonus }: ItemProps) {
  const state = STATES[item.state];
  const lines = answerLines(item.answer);
  const undecided = item.state === "submitted";
  return (
    <li className="flex gap-3 px-4 py-3">
      {choosable && mayWrite && (
        <input
          type="checkbox"
          aria-label={`Choose answer ${item.id.slice(-8)}`}
          className="mt-1 size-4 shrink-0 accent-accent disabled:opacity-40"
          disabled={!undecided}
          checked={chosen && undecided}
          onChange={(event) => onChoose(event.target.checked)}
        />
      )}
      <div className="grow min-w-0 flex flex-col gap-2">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-3">
          <span className="font-medium"><Freelancer id={item.freelancer_id} /></span>
          {state && <Badge tone={state.tone}>{state.name}</Badge>}
          {item.automatic && <Badge>by itself</Badge>}
          <span className="text-2 text-muted">
            {item.submitted_at && ago(item.submitted_at, Date.now())}
            {item.seconds !== null && ` · took ${duration(item.seconds)}`}
            {undecided && item.auto_approve_at && ` · approved by itself ${ago(item.auto_approve_at, Date.now())}`}
          </span>
        </div>
        {lines.length > 0 ? (
          <dl className="grid grid-cols-[minmax(5rem,auto)_minmax(0,1fr)] gap-x-3 gap-y-1 text-3 rounded-medium bg-sunken px-3 py-2 w-fit max-w-full">
            {lines.map((line, index) => (
              <div key={index} className="contents">
                <dt className="text-muted break-words">{line.name}</dt>
                <dd className="break-words whitespace-pre-wrap max-h-40 overflow-y-auto">{line.text}</dd>
              </div>
            ))}
          </dl>
        ) : (
          <p className="text-3 text-muted">An answer without content.</p>
        )}
        {item.feedback && <p className="text-2 text-muted break-words">You said: “{item.feedback}”</p>}
        <div className="flex flex-wrap items-center gap-2">
          {mayWrite && undecided && (
            <>
              <Button size="small" variant="primary" icon="check" disabled={busy} onClick={onApprove}>Approve</Button>
              <Button size="small" disabled={busy} onClick={onReject}>Reject</Button>
            </>
          )}
          {mayWrite && item.state === "rejected" && <Button size="small" disabled={busy} onClick={onApprove}>Approve after all</Button>}
          {mayWrite && <Button size="small" variant="ghost" onClick={onBonus}>Bonus</Button>}
          {mayWrite && <AboutFreelancer id={item.freelancer_id} />}
          <Link
            to="/console/projects/$projectId/tasks/$taskId"
            params={{ projectId: offer.project_id, taskId: item.posting_id }}
            search={{}}
            className="text-2 text-muted px-1 rounded-small underline-offset-2 hover:text-text"
          >
            Show the task
          </Link>
        </div>
      </div>
    </li>
  );
}
