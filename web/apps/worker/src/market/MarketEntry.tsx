/** The way from one's own work to the market's, for those who work on one. */

import { Icon, buttonClass, cx } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { onLink } from "../route";
import { market } from "./api";
import { marketPath } from "./places";
import { isToJoin, useProfile } from "./Shell";
import { useMode } from "./world";

export function MarketEntry() {
  const profile = useProfile();
  const mode = useMode();
  const held = useQuery({ queryKey: ["market", "queue", mode], queryFn: ({ signal }) => market.engagements(["accepted"], mode, null, signal), enabled: profile.isSuccess, staleTime: 0 });
  if (!profile.isSuccess && !isToJoin(profile.error)) return null;
  const count = held.data?.items.length ?? 0;
  return (
    <section aria-label="Market" className="bg-surface border border-border rounded-large p-4 flex items-center gap-4 max-md:flex-col max-md:items-stretch">
      <span className="size-9 shrink-0 rounded-large bg-accent-soft text-accent grid place-items-center max-md:hidden">
        <Icon name="search" size={18} />
      </span>
      <div className="grow min-w-0">
        <h2 className="text-4 font-semibold">The market</h2>
        <p className="text-3 text-muted">
          {!profile.isSuccess ? "Paid jobs of many requesters. Join to see them." : count > 0 ? `You hold ${count === 1 ? "1 turn" : `${count} turns`}.` : "Paid jobs of many requesters, with what an hour of each brings."}
        </p>
      </div>
      <div className="flex gap-2 max-md:[&>*]:grow max-md:[&>*]:h-11">
        {count > 0 && (
          <a href={marketPath("queue")} onClick={onLink} className={buttonClass("secondary")}>
            Your queue
          </a>
        )}
        <a href={marketPath(profile.isSuccess ? "jobs" : "profile")} onClick={onLink} className={cx(buttonClass("primary"))}>
          {profile.isSuccess ? "Find work" : "Join"}
        </a>
      </div>
    </section>
  );
}
