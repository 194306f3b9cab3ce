/** What all pages of the market stand in: its places, which world one is in, and joining first. */

import { ApiError } from "@assay/client";
import { Badge, EmptyState, ErrorState, Spinner, TAB_CLASS, ThemeToggle, buttonClass, cx, toast } from "@assay/ui";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { work } from "../api";
import { MoreMenu } from "../pages/MoreMenu";
import { useTitle } from "../pages/useTitle";
import { homePath, onLink } from "../route";
import { type Profile, market } from "./api";
import { type MarketPage, marketPath } from "./places";
import { setMode, useMode } from "./world";

const NAMES: Readonly<Record<MarketPage, string>> = {
  jobs: "Find work",
  queue: "Your queue",
  history: "History",
  earnings: "Earnings",
  qualifications: "Qualifications",
  profile: "Profile",
};

export function useProfile() {
  const mode = useMode();
  return useQuery({ queryKey: ["market", "profile", mode], queryFn: ({ signal }) => market.profile(mode, signal), staleTime: 60_000, retry: false });
}

export const isToJoin = (error: unknown): boolean => error instanceof ApiError && error.code === "not_joined";

export interface ShellProps {
  readonly page: MarketPage;
  readonly onSignedOut: () => void;
  /** Also for those who have not joined: the page by which they do. */
  readonly forAll?: boolean;
  readonly children: (profile: Profile | null) => ReactNode;
}

export function Shell({ page, onSignedOut, forAll = false, children }: ShellProps) {
  const profile = useProfile();
  const mode = useMode();
  const current = useRef<HTMLAnchorElement>(null);
  useTitle(NAMES[page]);
  // On a phone the places do not fit side by side.
  useEffect(() => void current.current?.scrollIntoView({ inline: "center", block: "nearest" }), [page]);
  const signOut = (): void => void work.signOut().then(onSignedOut, () => toast("Signing out did not work. Try again in a moment.", "danger"));
  return (
    <div className="min-h-dvh">
      <header className="border-b border-border bg-surface">
        <div className="h-12 flex items-center gap-2 px-4">
          <a href={homePath} onClick={onLink} className="font-semibold text-4 tracking-tight no-underline text-text">
            Assay
          </a>
          {mode === "test" && <Badge tone="warn">Sandbox</Badge>}
          <span className="grow" />
          {profile.data && <span className="text-3 text-muted truncate max-md:hidden">{profile.data.shown_name}</span>}
          <ThemeToggle />
          <MoreMenu
            entries={[
              mode === "live"
                ? { icon: "box", title: "Go to the sandbox", onChoose: () => setMode("test") }
                : { icon: "box", title: "Back to real work", onChoose: () => setMode("live") },
              { icon: "signOut", title: "Sign out", onChoose: signOut },
            ]}
          />
        </div>
        <nav aria-label="Market" className="mx-auto max-w-5xl flex gap-5 px-4 overflow-x-auto no-scrollbar">
          {Object.entries(NAMES).map(([name, title]) => (
            <a key={name} ref={name === page ? current : null} href={marketPath(name as MarketPage)} onClick={onLink} aria-current={name === page ? "page" : undefined} className={TAB_CLASS}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      {mode === "test" && (
        <p role="status" className="bg-warn-soft text-warn text-3 px-4 py-1.5 text-center">
          You are in the sandbox: requesters try their work here, and the money is play money.
        </p>
      )}
      <main className="mx-auto max-w-5xl px-4 py-7 max-md:py-4 flex flex-col gap-5">
        {profile.data || (forAll && isToJoin(profile.error)) ? (
          children(profile.data ?? null)
        ) : profile.isError ? (
          <NoProfile error={profile.error} onRetry={() => void profile.refetch()} />
        ) : (
          <Waiting>Opening…</Waiting>
        )}
      </main>
    </div>
  );
}

function NoProfile({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (isToJoin(error))
    return (
      <EmptyState icon="people" title="Join the market first" action={<a href={marketPath("profile")} onClick={onLink} className={buttonClass("primary")}>Join</a>}>
        It takes a minute: say where you live and what you speak, and see what there is to do.
      </EmptyState>
    );
  if (error instanceof ApiError && error.status === 404)
    return (
      <EmptyState icon="search" title="This is not a market" action={<a href={homePath} onClick={onLink} className={buttonClass("primary")}>Your work</a>}>
        Your organization gives you its work directly; there is nothing to look for here.
      </EmptyState>
    );
  return <ErrorState error={error} onRetry={onRetry} />;
}

export const Waiting = ({ children }: { children: ReactNode }) => (
  <p role="status" className="flex items-center justify-center gap-2 py-12 text-3 text-muted">
    <Spinner /> {children}
  </p>
);

export function PageHead({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="flex items-end gap-3 flex-wrap">
      <div className="grow min-w-0">
        <h1 className="text-6 font-semibold">{title}</h1>
        {children && <div className="text-3 text-muted mt-1 max-w-2xl">{children}</div>}
      </div>
      {actions && <div className="flex gap-2 flex-wrap max-md:w-full max-md:[&>*]:grow">{actions}</div>}
    </div>
  );
}

/** On phones a control is as high as a thumb. */
export const thumb = (...classes: readonly (string | false | undefined)[]): string => cx("max-md:h-10", ...classes);
