/** What a worker must know without being stopped: offline, answers on their way, answers that came back. */

import { type IconName, Button, Icon, cx } from "@assay/ui";
import { useSyncExternalStore } from "react";
import type { Outbox, Parcel } from "../work/outbox";

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

export const useIsOnline = (): boolean => useSyncExternalStore(subscribeOnline, () => navigator.onLine);

export function Notices({ outbox, onCorrect }: { outbox: Outbox; onCorrect?: (parcel: Parcel) => void }) {
  const { waiting, refused, stalled } = useSyncExternalStore(outbox.subscribe, () => outbox.state);
  const online = useIsOnline();
  const [first] = refused;
  return (
    <>
      {(!online || stalled) && (
        <Notice tone="warn" icon="alert">
          {online ? "The server does not answer." : "You are offline."} Go on: everything is kept on this device
          {waiting.length > 0 && `, ${waiting.length === 1 ? "1 answer waits" : `${waiting.length} answers wait`} to be sent`}.
        </Notice>
      )}
      {first?.refused && (
        <Notice
          // Nothing can be done about a turn that has ended.
          tone={first.refused.status === 409 ? "warn" : "danger"}
          icon="alert"
          actions={
            <>
              {first.refused.status === 400 && onCorrect && (
                <Button size="small" onClick={() => onCorrect(first)}>
                  Correct it
                </Button>
              )}
              <Button size="small" variant="ghost" onClick={() => void outbox.drop(first.assignment_id)}>
                {first.refused.status === 400 ? "Give it up" : "All right"}
              </Button>
            </>
          }
        >
          An earlier answer was not accepted. {first.refused.problems[0]?.message ?? first.refused.detail}
        </Notice>
      )}
    </>
  );
}

const TONES = { ok: "bg-ok-soft text-ok", warn: "bg-warn-soft text-warn", danger: "bg-danger-soft text-danger", accent: "bg-accent-soft text-accent" };

interface NoticeProps {
  readonly tone: keyof typeof TONES;
  readonly icon: IconName;
  readonly actions?: React.ReactNode;
  readonly children: React.ReactNode;
}

export function Notice({ tone, icon, actions, children }: NoticeProps) {
  return (
    <div role="status" className={cx("flex items-start gap-2.5 px-4 max-md:px-3 py-2 text-3 shrink-0", TONES[tone])}>
      <Icon name={icon} className="mt-0.5 shrink-0" />
      <div className="grow min-w-0 break-words">{children}</div>
      {actions && <div className="flex gap-1 shrink-0 -my-0.5 text-text">{actions}</div>}
    </div>
  );
}
