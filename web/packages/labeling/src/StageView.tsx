/** The stage in the page: it hands a place in the document to the canvas and otherwise stays out of the way. */

import { type Photo, Stage, type StageHost, type Viewport, isTyping } from "@assay/canvas";
import type { ImagePoint, Size } from "@assay/geometry";
import { useEffect, useRef } from "react";

/** What the stage needs of an editor. */
export interface StageEditor extends StageHost {
  /** The photo, or the page in sight, at its original resolution. */
  readonly media: Size;
  attach(stage: Stage, onMoved: (view: Viewport, pointer: ImagePoint | null) => void): void;
  detach(): void;
}

export interface StageViewProps {
  readonly editor: StageEditor;
  /** Tells what is drawn on, and with which keys. */
  readonly label?: string;
  readonly photo: Photo | null;
  /** An element whose text follows zoom and pointer, without the component tree hearing of it. */
  readonly readout: React.RefObject<HTMLElement | null>;
}

const PHOTO = "Photo. Tab goes through the marks, arrow keys move the selected one, N makes a new one, ? lists all keys.";

export function StageView({ editor, photo, readout, label = PHOTO }: StageViewProps) {
  const ref = useRef<HTMLDivElement>(null);
  const stage = useRef<Stage | null>(null);

  useEffect(() => {
    const made = new Stage(ref.current!, editor.media, editor);
    stage.current = made;
    editor.attach(made, (view, pointer) => {
      if (readout.current === null) return;
      const place = pointer ? `${Math.round(pointer.x)}, ${Math.round(pointer.y)}  ·  ` : "";
      readout.current.textContent = `${place}${Math.round(view.scale * 100)} %`;
    });
    return () => {
      editor.detach();
      made.destroy();
      stage.current = null;
    };
  }, [editor, readout]);

  useEffect(() => stage.current?.show(photo, editor.media), [photo, editor]);

  return (
    <div
      ref={ref}
      tabIndex={0}
      data-stage
      role="application"
      aria-label={label}
      // Before the tool hears of the press: the selection may change with it, and with it the field being typed in.
      onPointerDownCapture={() => isTyping(document.activeElement) && (document.activeElement as HTMLElement).blur()}
      // A frame around the photo all day long would be noise: it shows only for those who came here by keyboard.
      onKeyUp={(event) => event.key === "Tab" && event.currentTarget.toggleAttribute("data-framed", true)}
      onPointerDown={(event) => event.currentTarget.toggleAttribute("data-framed", false)}
      onBlur={(event) => event.currentTarget.toggleAttribute("data-framed", false)}
      className="absolute inset-0 touch-none select-none overflow-hidden outline-none data-framed:ring-2 data-framed:ring-inset data-framed:ring-focus"
    />
  );
}
