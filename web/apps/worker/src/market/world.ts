/** Real work, or the sandbox with its play money: chosen once on this device, for all pages of the market. */

import { useSyncExternalStore } from "react";
import type { Mode } from "./api";

/** A value that this device keeps, and that components follow. */
class Kept<T extends string> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(
    private readonly key: string,
    private readonly otherwise: T,
    known: readonly T[],
  ) {
    this.#value = otherwise;
    try {
      const read = localStorage.getItem(key) as T | null;
      if (read !== null && known.includes(read)) this.#value = read;
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }

  get = (): T => this.#value;

  set = (value: T): void => {
    this.#value = value;
    try {
      if (value === this.otherwise) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, value);
    } catch {
      // As above.
    }
    for (const listener of this.#listeners) listener();
  };

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

const world = new Kept<Mode>("assay.market.mode", "live", ["live", "test"]);
const onward = new Kept<"on" | "off">("assay.market.accept-next", "on", ["on", "off"]);

export const useMode = (): Mode => useSyncExternalStore(world.subscribe, world.get);
export const setMode = world.set;

/** Whether the next turn of the same job is taken as soon as one is handed in. */
export const useAcceptsNext = (): boolean => useSyncExternalStore(onward.subscribe, onward.get) === "on";
export const setAcceptsNext = (on: boolean): void => onward.set(on ? "on" : "off");
