/** The frame of every signed-in page: where one is, where one can go, who one is. */
import { api } from "@assay/client";
import { buttonClass, cx, EmptyState, ErrorState, Icon, IconButton, Menu, MenuItem, MenuLabel, MenuSeparator, Skeleton, ThemeToggle, toast, type IconName } from "@assay/ui";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { meQuery, projectsQuery } from "../queries";
import { STATE_DOT } from "../projects/states";

const CommandPalette = lazy(() => import("./CommandPalette"));

export function Shell() {
  const me = useQuery(meQuery);
  const [drawerOpen, setDrawerOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });

  useEffect(() => {
    setDrawerOpen(false);
    // Who came by the navigation goes on in the page, not behind the link just followed.
    if (document.activeElement?.closest("aside nav")) document.getElementById("main")?.focus({ preventScroll: true });
  }, [path]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPaletteOpen((open) => !open);
      } else if (event.key === "Escape") setDrawerOpen(false);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  if (me.isLoadingError) {
    return (
      <main className="min-h-dvh grid place-items-center">
        <ErrorState title="Assay could not be opened" error={me.error} onRetry={() => void me.refetch()} />
      </main>
    );
  }

  return (
    <div className="min-h-dvh md:grid md:grid-cols-[224px_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:z-50 focus:top-2 focus:left-2 focus:px-3 focus:py-2 focus:bg-raised focus:rounded-medium focus:shadow-3"
      >
        Skip to content
      </a>

      <header className="md:hidden sticky top-0 z-30 flex items-center gap-1 h-12 px-2 bg-surface border-b border-border">
        <IconButton icon="menu" label="Open navigation" aria-expanded={drawerOpen} onClick={() => setDrawerOpen(true)} />
        <Wordmark />
        <span className="grow" />
        <IconButton icon="search" label="Find" onClick={() => setPaletteOpen(true)} />
      </header>

      {drawerOpen && <div className="md:hidden fixed inset-0 z-40 bg-backdrop" onClick={() => setDrawerOpen(false)} />}
      <aside
        className={cx(
          "z-50 flex-col bg-surface border-r border-border w-64 md:w-auto md:flex md:sticky md:top-0 md:h-dvh",
          drawerOpen ? "flex fixed inset-y-0 left-0 shadow-3 md:shadow-none" : "hidden",
        )}
      >
        <Sidebar onFind={() => setPaletteOpen(true)} />
      </aside>

      <main id="main" tabIndex={-1} className="min-w-0 outline-none">
        {me.isPending ? (
          <ShellSkeleton />
        ) : me.data.permissions.includes("project.read") ? (
          <Suspense fallback={<ShellSkeleton />}><Outlet /></Suspense>
        ) : (
          <EmptyState icon="project" title="The console is for those who run projects" action={<a href="/work" className={buttonClass("primary")}>Open the worker's page</a>}>
            Your work is on the worker's page.
          </EmptyState>
        )}
      </main>

      {paletteOpen && (
        <Suspense>
          <CommandPalette onClose={() => setPaletteOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

export function Wordmark() {
  return (
    <span className="inline-flex items-center gap-2 font-semibold text-4">
      <svg aria-hidden="true" viewBox="0 0 16 16" width="18" height="18">
        <rect width="16" height="16" rx="4" className="fill-accent" />
        <path d="M4 11.5 8 4l4 7.5M5.6 9.2h4.8" fill="none" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" className="stroke-on-accent" />
      </svg>
      Assay
    </span>
  );
}

const LINK =
  "flex items-center gap-2.5 h-8 px-2 rounded-medium text-3 text-muted no-underline hover:bg-hover hover:text-text min-w-0 " +
  "aria-[current=page]:bg-hover aria-[current=page]:text-text aria-[current=page]:font-medium";

function Heading({ children }: { children: ReactNode }) {
  return <h2 className="px-2 pt-4 pb-1 text-1 font-medium text-muted">{children}</h2>;
}

function Sidebar({ onFind }: { onFind: () => void }) {
  const me = useQuery(meQuery).data;
  const projects = useInfiniteQuery({ ...projectsQuery, enabled: me?.permissions.includes("project.read") ?? false });
  const active = (projects.data?.pages[0]?.items ?? []).filter((project) => project.state !== "archived").slice(0, 8);
  const organization = [
    { to: "/console/organization/members", icon: "people", name: "Members", needs: "member.read" },
    { to: "/console/organization/keys", icon: "key", name: "API keys", needs: "key.read" },
    { to: "/console/organization/webhooks", icon: "webhook", name: "Webhooks", needs: "webhook.read" },
    { to: "/console/organization/events", icon: "event", name: "Events", needs: "event.read" },
  ] as const satisfies readonly { to: string; icon: IconName; name: string; needs: string }[];
  const allowed = organization.filter((entry) => me?.permissions.includes(entry.needs));

  return (
    <>
      <div className="flex items-center gap-2 h-12 pl-4 pr-2 shrink-0">
        <Wordmark />
        <span className="grow" />
        <IconButton icon="search" label="Find (Ctrl K)" size="small" onClick={onFind} />
      </div>
      <nav aria-label="Main" className="grow overflow-y-auto px-2 pb-4">
        {me?.permissions.includes("project.read") && (
          <Link to="/console" activeOptions={{ exact: true }} className={LINK}>
            <Icon name="project" /> All projects
          </Link>
        )}
        {me?.organization.market_id && me.permissions.includes("market.read") && (
          <Link to="/console/market" className={LINK}>
            <Icon name="send" /> Market
          </Link>
        )}
        {active.length > 0 && (
          <>
            <Heading>Projects</Heading>
            <ul>
              {active.map((project) => (
                <li key={project.id}>
                  <Link to="/console/projects/$projectId" params={{ projectId: project.id }} className={LINK}>
                    <span className="w-4 grid place-items-center shrink-0">
                      <span className={cx("size-2 rounded-full", STATE_DOT[project.state])} title={project.state} />
                    </span>
                    <span className="truncate">{project.name}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </>
        )}
        {allowed.length > 0 && (
          <>
            <Heading>{me?.organization.name ?? "Organization"}</Heading>
            <ul>
              {allowed.map((entry) => (
                <li key={entry.to}>
                  <Link to={entry.to} className={LINK}>
                    <Icon name={entry.icon} /> {entry.name}
                  </Link>
                </li>
              ))}
            </ul>
          </>
        )}
        {me?.permissions.includes("work.annotate") && (
          <>
            <Heading>Labelling</Heading>
            <a href="/work" className={LINK}>
              <Icon name="edit" /> Open the worker's page
            </a>
          </>
        )}
      </nav>
      <div className="flex items-center gap-1 p-2 border-t border-border shrink-0">
        <Account />
        <ThemeToggle />
      </div>
    </>
  );
}

function Account() {
  const me = useQuery(meQuery).data;
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  if (!me) return <Skeleton className="h-8 grow" />;
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="flex items-center gap-2 grow min-w-0 h-10 px-2 rounded-medium hover:bg-hover text-left">
          <span aria-hidden="true" className="size-6 shrink-0 rounded-full bg-accent-soft text-accent grid place-items-center text-1 font-semibold">
            {initials(me.name)}
          </span>
          <span className="min-w-0">
            <span className="block text-3 leading-4 truncate">{me.name}</span>
            <span className="block text-1 leading-4 text-muted truncate">{me.role}</span>
          </span>
        </button>
      }
    >
      <MenuLabel>{me.email}</MenuLabel>
      <MenuSeparator />
      <MenuItem
        icon="signOut"
        onSelect={async () => {
          try {
            await api.sessions.end();
          } catch {
            toast("Signing out did not reach the server. Try again.", "danger");
            return;
          }
          queryClient.clear();
          await navigate({ to: "/sign-in", search: {} });
        }}
      >
        Sign out
      </MenuItem>
    </Menu>
  );
}

/** Of the first and last word that begin with a letter: "Olive (owner)" is "O". */
function initials(name: string): string {
  const letters = name.split(/\s+/).flatMap((word) => /^\p{L}/u.exec(word)?.[0] ?? []);
  return (letters.length > 1 ? `${letters[0]}${letters.at(-1)}` : (letters[0] ?? "?")).toUpperCase();
}

function ShellSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="mx-auto max-w-270 px-4 sm:px-6 py-6 flex flex-col gap-5">
      <Skeleton className="h-7 w-44" />
      <Skeleton className="h-40 w-full" />
      <Skeleton className="h-40 w-full" />
    </div>
  );
}

