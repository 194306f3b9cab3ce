import { PhotoUnavailable, loadPhoto, releasePhoto } from "@assay/labeling";
import { useEffect, useState } from "react";
import type { OpenTurn } from "../work/session";

/** The turn with its photo, once that is here, and a way to ask for it again. */
export function usePhoto(bare: OpenTurn): { readonly shown: OpenTurn; readonly retry: () => void } {
  const [shown, setShown] = useState(bare);
  const [tries, setTries] = useState(0);
  const url = bare.turn.media?.display_url;
  useEffect(() => {
    if (url === undefined) return;
    const stop = new AbortController();
    const loading = loadPhoto(url, stop.signal);
    loading.then(
      (photo) => setShown({ ...bare, photo }),
      (error: unknown) => {
        if (!stop.signal.aborted) setShown({ ...bare, photoProblem: error instanceof PhotoUnavailable ? error.message : "The photo could not be fetched." });
      },
    );
    return () => {
      stop.abort();
      loading.then(releasePhoto, () => {});
    };
  }, [bare, url, tries]);
  return { shown, retry: () => (setShown(bare), setTries((before) => before + 1)) };
}
