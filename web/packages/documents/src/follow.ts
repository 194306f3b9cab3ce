/** The page in sight, fetched and decoded, and those beside it kept for a turn of the page. */

import type { Photo } from "@assay/canvas";
import { loadPhoto, releasePhoto } from "@assay/labeling";
import { useCallback, useEffect, useRef, useState } from "react";

/** A page of the document as it is fetched. */
export interface PageAddress {
  readonly display_url: string;
  readonly thumbnail_url: string;
  readonly width: number;
  readonly height: number;
  readonly file_name: string;
  readonly title: string | null;
}

export interface PageInSight {
  /** null while it is on its way. */
  readonly photo: Photo | null;
  readonly problem: string | null;
  readonly retry: () => void;
}

/** `refreshed`: the pages with fresh addresses, asked for where one has expired; without it the page stays unseen. */
export function usePage(pages: readonly PageAddress[], page: number, refreshed?: () => Promise<readonly PageAddress[] | null>): PageInSight {
  const kept = useRef(new Map<number, Photo>());
  const [shown, setShown] = useState<{ page: number; photo: Photo | null; problem: string | null }>({ page: -1, photo: null, problem: null });
  const [attempt, setAttempt] = useState(0);
  const fresh = useRef(refreshed);
  fresh.current = refreshed;

  useEffect(() => {
    const stop = new AbortController();
    const photos = kept.current;
    const fetched = async (which: number, addresses = pages, again = true): Promise<Photo> => {
      const known = photos.get(which);
      if (known) return known;
      try {
        const photo = await loadPhoto(addresses[which]!.display_url, stop.signal);
        photos.set(which, photo);
        return photo;
      } catch (error) {
        // Addresses are signed for about an hour.
        const isStale = again && (error as { status?: number }).status === 403;
        const anew = isStale ? await fresh.current?.().catch(() => null) : null;
        if (anew?.[which]) return fetched(which, anew, false);
        throw error;
      }
    };
    fetched(page).then(
      (photo) => {
        if (stop.signal.aborted) return;
        setShown({ page, photo, problem: null });
        for (const [which, other] of photos) {
          if (Math.abs(which - page) <= 1) continue;
          photos.delete(which);
          releasePhoto(other);
        }
        // The next page is the one most often turned to; that it cannot be had is told when it is.
        if (pages[page + 1]) void fetched(page + 1).catch(() => {});
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setShown({ page, photo: null, problem: error instanceof Error ? error.message : "The page could not be shown." });
      },
    );
    return () => stop.abort();
  }, [pages, page, attempt]);

  useEffect(() => {
    const photos = kept.current;
    return () => {
      for (const photo of photos.values()) releasePhoto(photo);
      photos.clear();
    };
  }, []);

  const retry = useCallback(() => {
    setShown({ page: -1, photo: null, problem: null });
    setAttempt((count) => count + 1);
  }, []);
  // What is still there of another page must not be taken for this one.
  return shown.page === page ? { photo: shown.photo, problem: shown.problem, retry } : { photo: null, problem: null, retry };
}
