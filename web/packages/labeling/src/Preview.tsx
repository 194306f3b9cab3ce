/** Labelling as a worker would see it, on one photo and without a server: for those who set a project up. */

import { EMPTY_ANSWER, type ImageAnswer, type WireTaxonomy, readTaxonomy } from "@assay/annotation";
import type { Photo } from "@assay/canvas";
import { useEffect, useMemo, useRef, useState } from "react";
import { Labeler } from "./Labeler";
import { Editor } from "./editor";
import { loadPhoto, releasePhoto } from "./photo";

export interface LabelingPreviewProps {
  readonly taxonomy: WireTaxonomy;
  readonly instructions: string;
  /** The photo at its original size; absent: `drawn`, or an empty canvas to try the tools on. */
  readonly media?: { readonly display_url: string; readonly width: number; readonly height: number } | null;
  /** A picture made on the page, which no address leads to; the page keeps it, and releases it when it is done. */
  readonly drawn?: ImageBitmap | null;
  /** Shown to begin with, and kept while the taxonomy is edited. */
  readonly answer?: ImageAnswer;
  readonly onAnswer?: (answer: ImageAnswer) => void;
  readonly className?: string;
}

const CANVAS = { width: 1200, height: 800 };

export function LabelingPreview({ taxonomy, instructions, media = null, drawn = null, answer, onAnswer, className }: LabelingPreviewProps) {
  const [photo, setPhoto] = useState<Photo | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const latest = useRef<ImageAnswer>(answer ?? EMPTY_ANSWER);
  const listener = useRef(onAnswer);
  listener.current = onAnswer;
  const { width, height } = media ?? drawn ?? CANVAS;

  // A change of the taxonomy is a new editor; what was drawn so far stays where its labels still exist.
  const editor = useMemo(() => {
    const read = readTaxonomy(taxonomy);
    const made = new Editor({ taxonomy: read, media: { width, height }, answer: latest.current });
    const known = { ...latest.current, annotations: latest.current.annotations.filter((mark) => made.shapesOf(mark.label).includes(mark.type)) };
    return known.annotations.length === latest.current.annotations.length ? made : new Editor({ taxonomy: read, media: { width, height }, answer: known });
  }, [taxonomy, width, height]);

  useEffect(
    () =>
      editor.onAnswer((next) => {
        latest.current = next;
        listener.current?.(next);
      }),
    [editor],
  );

  const url = media?.display_url;
  useEffect(() => {
    if (url === undefined && drawn) {
      setPhoto(drawn);
      return;
    }
    const stop = new AbortController();
    const load = url === undefined ? createImageBitmap(new ImageData(CANVAS.width, CANVAS.height)) : loadPhoto(url, stop.signal);
    load.then(
      (loaded) => (stop.signal.aborted ? releasePhoto(loaded) : (setPhoto(loaded), setProblem(null))),
      (error: unknown) => !stop.signal.aborted && setProblem(error instanceof Error ? error.message : "The photo could not be shown."),
    );
    return () => stop.abort();
  }, [url, drawn]);

  return (
    <Labeler
      editor={editor}
      photo={photo}
      placeholder={problem && <p className="text-3 text-muted px-6 text-center">{problem}</p>}
      instructions={instructions}
      keys="within"
      {...(className === undefined ? {} : { className })}
    />
  );
}
