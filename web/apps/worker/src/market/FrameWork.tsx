/** A turn whose page is the customer's own, or a form of questions: in its frame, which says what became of an answer. */

import { useState } from "react";
import { Notice } from "../pages/Notices";
import type { Frame } from "./api";
import { TryAgain, type WorkProps } from "./EngagementPage";
import { SandboxedPage, type Told } from "./SandboxedPage";
import { Waiting } from "./Shell";
import { WorkBar } from "./WorkBar";

export function FrameWork({ shown, frame, leading, onSubmitted, onLook }: WorkProps & { readonly frame: Frame; readonly leading: boolean }) {
  const [isRefused, setRefused] = useState(false);
  const [opened, setOpened] = useState(0);
  const hear = (told: Told): void => {
    setRefused(told === "refused");
    if (told === "submitted") onSubmitted();
    else if (told === "over") onLook();
  };
  return (
    <div className="h-dvh flex flex-col bg-bg">
      <WorkBar shown={shown} onLook={onLook} />
      {isRefused && (
        <Notice tone="warn" icon="alert" actions={<TryAgain onRetry={() => (setRefused(false), setOpened((before) => before + 1))} />}>
          What the page sent was not kept; it says why below. Your turn is still yours.
        </Notice>
      )}
      <main className="grow min-h-0 overflow-auto relative flex flex-col">
        <SandboxedPage key={`${shown.engagement.id} ${opened}`} frame={frame} title={shown.title} onTold={hear} className="grow shrink-0" height={frame.height} />
        {leading && (
          <div className="absolute inset-0 grid place-items-center bg-bg/85">
            <Waiting>Sent. Looking for the next one…</Waiting>
          </div>
        )}
      </main>
    </div>
  );
}
