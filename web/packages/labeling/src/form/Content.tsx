/** What a form is about: texts to read, photos to look into, recordings to play, side by side where there is room. */

import { Icon, IconButton, buttonClass, cx } from "@assay/ui";
import { useRef, useState } from "react";

export interface ShownPhoto {
  readonly display_url: string;
  readonly display_width: number;
  readonly display_height: number;
  readonly file_name: string;
}

export type ShownItem =
  | { readonly type: "text"; readonly text: string; readonly title: string | null }
  | { readonly type: "image"; readonly media: ShownPhoto; readonly title: string | null }
  | { readonly type: "link"; readonly url: string; readonly title: string | null }
  | ShownFile;

/** A recording to play, or a paper to open beside the page. */
export interface ShownFile {
  readonly type: "file";
  readonly media: "audio" | "video" | "pdf";
  readonly url: string;
  readonly file_name: string;
  readonly title: string | null;
}

const NOUN = { text: "Text", image: "Photo", link: "Website", audio: "Recording", video: "Video", pdf: "PDF" } as const;
const nounOf = (item: ShownItem): string => NOUN[item.type === "file" ? item.media : item.type];

/** `column`: one below the other, in a place beside something else. */
export function ContentView({ items, column = false }: { items: readonly ShownItem[]; column?: boolean }) {
  const beside = items.length > 1 ? "xl:grid-cols-[repeat(auto-fit,minmax(22rem,1fr))]" : items[0]?.type === "text" && "max-w-3xl";
  return (
    <div className={cx("grid gap-4 items-start", column ? "p-3" : cx("p-4 md:p-6 max-md:p-3 mx-auto", beside))}>
      {items.map((item, index) => (
        <section key={index} aria-label={item.title ?? `${nounOf(item)} ${index + 1}`} className="min-w-0 bg-surface border border-border rounded-large overflow-hidden">
          {item.title && <h2 className="px-4 pt-3 text-3 font-semibold">{item.title}</h2>}
          {item.type === "text" ? (
            <p dir="auto" className="px-4 py-3 text-4 leading-7 whitespace-pre-wrap break-words max-w-[75ch]">{item.text}</p>
          ) : item.type === "image" ? (
            <ZoomedPhoto photo={item.media} title={item.title} />
          ) : item.type === "link" ? (
            <Elsewhere url={item.url} />
          ) : (
            <Played file={item} />
          )}
        </section>
      ))}
    </div>
  );
}

/** A page that is not ours: never framed, opened beside this one, and not told where the visitor came from. */
function Elsewhere({ url }: { url: string }) {
  return (
    <div className="px-4 py-3 flex flex-wrap items-center gap-x-3 gap-y-2">
      <a href={url} target="_blank" rel="noopener noreferrer" className={buttonClass("secondary")}>
        <Icon name="link" /> Open the website
      </a>
      <span className="text-2 text-muted break-all">{url}</span>
    </div>
  );
}

function Played({ file }: { file: ShownFile }) {
  const name = file.title ?? file.file_name;
  if (file.media === "audio") {
    return (
      <div className="px-4 py-3">
        <audio controls preload="metadata" src={file.url} aria-label={name} className="w-full" />
      </div>
    );
  }
  if (file.media === "video") {
    return <video controls playsInline preload="metadata" src={file.url} aria-label={name} className="block w-full max-h-[70dvh] max-md:max-h-[36dvh] bg-sunken mt-2" />;
  }
  return (
    <div className="px-4 py-3 flex flex-wrap items-center gap-x-3 gap-y-2">
      <a href={file.url} download={file.file_name} className={buttonClass("secondary")}>
        <Icon name="download" /> Download the PDF
      </a>
      <span className="text-2 text-muted break-all">{file.file_name}</span>
    </div>
  );
}

const ZOOMS = [1, 1.5, 2, 3, 4, 6, 8] as const;

/** Fits its frame; larger by the buttons, by Ctrl and the wheel, or by a double click, and then it is dragged. */
function ZoomedPhoto({ photo, title }: { photo: ShownPhoto; title: string | null }) {
  const frame = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState<number>(1);
  const dragged = useRef<{ x: number; y: number } | null>(null);
  const step = (by: 1 | -1): void => {
    const at = ZOOMS.findIndex((each) => each >= zoom);
    setZoom(ZOOMS[Math.min(Math.max(at + by, 0), ZOOMS.length - 1)]!);
  };
  return (
    <div className="relative mt-2">
      <div
        ref={frame}
        tabIndex={zoom > 1 ? 0 : -1}
        aria-label={zoom > 1 ? "Photo, enlarged: scroll with the arrow keys" : undefined}
        role={zoom > 1 ? "region" : undefined}
        className={cx("overflow-auto max-h-[70dvh] max-md:max-h-[36dvh] bg-sunken", zoom > 1 && "cursor-grab active:cursor-grabbing touch-none")}
        onWheel={(event) => event.ctrlKey && step(event.deltaY < 0 ? 1 : -1)}
        onDoubleClick={() => setZoom(zoom > 1 ? 1 : 2)}
        onPointerDown={(event) => {
          if (zoom === 1) return;
          dragged.current = { x: event.clientX, y: event.clientY };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={(event) => {
          if (!dragged.current || !frame.current) return;
          frame.current.scrollBy(dragged.current.x - event.clientX, dragged.current.y - event.clientY);
          dragged.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerUp={() => (dragged.current = null)}
        onPointerCancel={() => (dragged.current = null)}
      >
        <img
          src={photo.display_url}
          alt={title ?? photo.file_name}
          width={photo.display_width}
          height={photo.display_height}
          draggable={false}
          className={cx("block mx-auto select-none h-auto", zoom === 1 ? "max-w-full max-h-[70dvh] max-md:max-h-[36dvh] w-auto object-contain" : "max-w-none")}
          style={zoom === 1 ? undefined : { width: `${zoom * 100}%` }}
        />
      </div>
      <div className="absolute bottom-2 right-2 flex bg-raised/95 border border-border rounded-medium shadow-2 p-0.5">
        <IconButton icon="minus" label="Smaller" size="small" disabled={zoom === 1} onClick={() => step(-1)} />
        <IconButton icon="add" label="Larger" size="small" disabled={zoom === ZOOMS[ZOOMS.length - 1]} onClick={() => step(1)} />
      </div>
    </div>
  );
}
