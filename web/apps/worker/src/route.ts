/** A few places, known by their path. A router library would weigh more than all of them. */

import { useSyncExternalStore } from "react";
import type { Stage } from "./api";
import { MARKET_PAGES, type MarketPage } from "./market/places";

export type Place =
  | { readonly name: "home" }
  | { readonly name: "turns"; readonly projectId: string; readonly stage: Stage }
  | { readonly name: "correct"; readonly taskId: string }
  | { readonly name: "market"; readonly page: MarketPage }
  | { readonly name: "engagement"; readonly engagementId: string }
  | { readonly name: "sign-up" }
  | { readonly name: "unknown" };

export function placeOf(path: string): Place {
  if (/^\/work\/?$/.test(path)) return { name: "home" };
  if (/^\/work\/sign-up\/?$/.test(path)) return { name: "sign-up" };
  const page = MARKET_PAGES.find((each) => path.replace(/\/$/, "") === `/work/${each}`);
  if (page) return { name: "market", page };
  const [, engagementId] = /^\/work\/engagements\/([^/]+)\/?$/.exec(path) ?? [];
  if (engagementId) return { name: "engagement", engagementId };
  const [, taskId] = /^\/work\/tasks\/([^/]+)\/correct\/?$/.exec(path) ?? [];
  if (taskId) return { name: "correct", taskId };
  const [, projectId, stage] = /^\/work\/projects\/([^/]+)\/(annotate|review)\/?$/.exec(path) ?? [];
  return projectId ? { name: "turns", projectId, stage: stage as Stage } : { name: "unknown" };
}

export const homePath = "/work";
export const turnsPath = (projectId: string, stage: Stage): string => `/work/projects/${projectId}/${stage}`;

const CHANGED = "assay:place";

export function go(path: string): void {
  history.pushState(null, "", path);
  window.dispatchEvent(new Event(CHANGED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);

/** For links: a plain press stays in the page, any other (new tab, new window) is the browser's. */
export function onLink(event: React.MouseEvent<HTMLAnchorElement>): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(event.currentTarget.pathname + event.currentTarget.search);
}
