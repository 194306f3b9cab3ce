/** A picture to mark, for a `crowd-*` element of the page around this one. */

import type { ImageAnswer } from "@assay/annotation";
import { LabelingPreview } from "@assay/labeling";
import { StrictMode, useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import "./annotator.css";
import { type Size, answerOf, colorsOf, initialOf, taxonomyOf } from "./answers";
import { labeledImage } from "./masks";
import type { Asked, Drawn, Question, Told } from "./talk";

const tell = (told: Told) => window.parent.postMessage(told, window.location.origin);

function Page() {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [photo, setPhoto] = useState<ImageBitmap | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => {
    const hear = (event: MessageEvent<Question>) => {
      if (event.source === window.parent && event.origin === window.location.origin && event.data.type === "asked") setAsked(event.data.asked);
    };
    window.addEventListener("message", hear);
    tell({ type: "ready" });
    return () => window.removeEventListener("message", hear);
  }, []);

  useEffect(() => {
    if (asked === null) return;
    let gone = false;
    // As a page's own picture: servers that show it to pages need not let programs read it.
    const image = new Image();
    image.src = asked.src;
    image
      .decode()
      .then(() => createImageBitmap(image))
      .then(
        (bitmap) => (gone ? bitmap.close() : setPhoto(bitmap)),
        () => !gone && setProblem("The picture could not be loaded. Its address may have changed; return this job and tell its requester."),
      );
    return () => {
      gone = true;
    };
  }, [asked]);

  if (problem) return <p className="text-3 text-danger p-6 text-center">{problem}</p>;
  if (asked === null || photo === null) return <p className="text-3 text-muted p-6 text-center">Loading the picture …</p>;
  return <Marking asked={asked} photo={photo} />;
}

function Marking({ asked, photo }: { asked: Asked; photo: ImageBitmap }) {
  const taxonomy = useMemo(() => taxonomyOf(asked.shape, asked.labels), [asked]);
  const initial = useMemo(() => initialOf(asked.shape, asked.initial, asked.labels), [asked]);
  const latest = useRef(0);
  const size = useMemo(() => ({ width: photo.width, height: photo.height }), [photo]);

  const told = useMemo(
    () => (answer: ImageAnswer) => {
      const number = ++latest.current;
      // A picture takes a while to make; only that of the latest marks counts.
      void drawn(asked, answer, size, answer.annotations !== initial.annotations).then((made) => number === latest.current && tell({ type: "drawn", drawn: made }));
    },
    [asked, size, initial],
  );
  useEffect(() => told(initial), [told, initial]);

  return (
    <div className="h-full flex" inert={asked.locked}>
      <LabelingPreview taxonomy={taxonomy} instructions={asked.header} drawn={photo} answer={initial} onAnswer={told} />
    </div>
  );
}

async function drawn(asked: Asked, answer: ImageAnswer, size: Size, changed: boolean): Promise<Drawn> {
  const said = answerOf(asked.shape, answer, size);
  if (!asked.shape.endsWith("segmentation")) return { answer: said, problem: null };
  const pngImageData = await labeledImage(answer.annotations, colorsOf(asked.shape, answer.annotations), size);
  const adjusted = Array.isArray(asked.initial) ? { initialValueModified: changed } : {};
  return { answer: { ...said, ...adjusted, labeledImage: { pngImageData } }, problem: null };
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><Page /></StrictMode>);
