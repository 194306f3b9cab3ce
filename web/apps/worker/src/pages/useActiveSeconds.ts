import { useCallback, useEffect, useRef } from "react";

/** Gives the seconds since the component appeared during which the page was in sight. */
export function useActiveSeconds(): () => number {
  const spent = useRef(0);
  const since = useRef<number | null>(null);
  useEffect(() => {
    const follow = (): void => {
      const now = performance.now();
      if (since.current !== null) spent.current += now - since.current;
      since.current = document.visibilityState === "visible" ? now : null;
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => document.removeEventListener("visibilitychange", follow);
  }, []);
  return useCallback(() => {
    const running = since.current === null ? 0 : performance.now() - since.current;
    return Math.round((spent.current + running) / 100) / 10;
  }, []);
}
