/** The frame of the market's pages: what there is, and which of its two worlds is looked at. */
import type { Mode, Permission } from "@assay/client";
import { Badge, EmptyState, Segmented, TAB_CLASS } from "@assay/ui";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { createContext, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useTitle } from "../shell/page";
import { useMe } from "../shell/session";

interface World {
  mode: Mode;
  setMode: (mode: Mode) => void;
}

const WorldContext = createContext<World>({ mode: "live", setMode: () => {} });

/** The world that the market's pages show. */
export const useMode = (): Mode => useContext(WorldContext).mode;

/** Whether the organization is the market itself. */
export function useRunsMarket(): boolean {
  const { organization } = useMe();
  return organization.market_id === organization.id;
}

const TABS = [
  { to: "/console/market", name: "Offers", needs: "market.read", runs: false },
  { to: "/console/market/money", name: "Money", needs: "market.read", runs: false },
  { to: "/console/market/qualifications", name: "Qualifications", needs: "market.read", runs: false },
  { to: "/console/market/blocks", name: "Blocks", needs: "market.read", runs: false },
  { to: "/console/market/programs", name: "Programs", needs: "key.read", runs: false },
  { to: "/console/market/treasury", name: "Treasury", needs: "market.read", runs: true },
  { to: "/console/market/freelancers", name: "Freelancers", needs: "market.read", runs: true },
  { to: "/console/market/settings", name: "Settings", needs: "market.read", runs: true },
] as const satisfies readonly { to: string; name: string; needs: Permission; runs: boolean }[];

const WORLDLESS = ["/console/market/programs", "/console/market/freelancers", "/console/market/settings"];

export function MarketLayout() {
  useTitle("Market");
  const me = useMe();
  const runs = useRunsMarket();
  const [mode, setMode] = useState<Mode>("live");
  const world = useMemo(() => ({ mode, setMode }), [mode]);
  const tabsRef = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname ?? state.location.pathname });
  useEffect(() => {
    tabsRef.current?.querySelector("[aria-current=page]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [path]);

  if (!me.organization.market_id || !me.permissions.includes("market.read")) {
    return (
      <EmptyState icon="people" title="Not on a market">
        Whoever runs this installation can open one, or bring this organization to one, with <code className="font-mono">assay market</code>.
      </EmptyState>
    );
  }
  return (
    <WorldContext value={world}>
      <div className="flex flex-col min-h-full">
        <header className="bg-surface border-b border-border px-4 sm:px-6 pt-4">
          <div className="mx-auto max-w-300">
            <div className="flex items-center gap-3 min-h-8">
              <h1 className="text-5 font-semibold">Market</h1>
              {mode === "test" && <Badge tone="warn">sandbox, play money</Badge>}
              <span className="grow" />
              {!WORLDLESS.includes(path) && (
                <Segmented<Mode>
                  label="World"
                  size="small"
                  value={mode}
                  onValue={setMode}
                  options={[
                    { value: "live", label: "Live" },
                    { value: "test", label: "Sandbox", title: "Play money, and work that nobody is paid for" },
                  ]}
                />
              )}
            </div>
            <nav ref={tabsRef} aria-label="Market" className="flex gap-4 mt-2 overflow-x-auto no-scrollbar -mx-4 px-4 sm:mx-0 sm:px-0">
              {TABS.filter((tab) => (runs || !tab.runs) && me.permissions.includes(tab.needs)).map((tab) => (
                <Link
                  key={tab.to}
                  to={tab.to}
                  activeOptions={{ exact: tab.name === "Offers", includeSearch: false }}
                  {...(tab.name === "Offers" && path.startsWith("/console/market/offers/") ? { "aria-current": "page" as const } : {})}
                  className={TAB_CLASS}
                >
                  {tab.name}
                </Link>
              ))}
            </nav>
          </div>
        </header>
        <div className="px-4 sm:px-6 py-5">
          <div className="mx-auto max-w-300 flex flex-col gap-5 min-w-0">
            <Outlet />
          </div>
        </div>
      </div>
    </WorldContext>
  );
}
