/** What floats over the photo: zoom, view settings, and the buttons for what is in hand. */

import { askedAttributes, attributeProblem } from "@assay/annotation";
import type { Stage } from "@assay/canvas";
import { Button, Icon, cx } from "@assay/ui";
import { useEffect, useRef, useState } from "react";
import type { Editor } from "./editor";
import type { EditorState } from "./state";
import { type Followed, useEditorState } from "./follow";
import { Glyph } from "./glyphs";

const FLOAT = "bg-raised/95 border border-border shadow-2 rounded-medium";

/** What the controls of the view need of an editor. */
export interface ViewEditor extends Followed<Pick<EditorState, "brightness" | "contrast" | "tags" | "crosshair" | "hidden">> {
  readonly stage: Pick<Stage, "zoom" | "fit"> | null;
  setView(change: Partial<Pick<EditorState, "brightness" | "contrast" | "tags" | "crosshair">>): void;
  showAll(): void;
}

export function ZoomControls({ editor, readout, narrow }: { editor: ViewEditor; readout: React.RefObject<HTMLSpanElement | null>; narrow: boolean }) {
  return (
    <div className={cx(FLOAT, "absolute z-10 bottom-3 right-3 flex items-center p-0.5")}>
      {!narrow && <span ref={readout} aria-hidden="true" className="px-2 text-2 text-muted whitespace-pre min-w-12 text-right" />}
      <ViewSettings editor={editor} />
      {!narrow && (
        <>
          <FloatButton label="Zoom out  (−)" onClick={() => editor.stage?.zoom(-1)}>
            <Glyph name="zoomOut" size={16} />
          </FloatButton>
          <FloatButton label="Zoom in  (+)" onClick={() => editor.stage?.zoom(1)}>
            <Glyph name="zoomIn" size={16} />
          </FloatButton>
        </>
      )}
      <FloatButton label="Whole photo  (F)" onClick={() => editor.stage?.fit()}>
        <Glyph name="fit" size={16} />
      </FloatButton>
    </div>
  );
}

function FloatButton({ label, pressed, onClick, children }: { label: string; pressed?: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
      className={cx("size-7 max-md:size-9 grid place-items-center rounded-small text-muted hover:text-text hover:bg-hover", pressed && "text-accent bg-accent-soft")}
    >
      {children}
    </button>
  );
}

/** How the photo is shown; none of it changes the answer. */
function ViewSettings({ editor }: { editor: ViewEditor }) {
  const { brightness, contrast, tags, crosshair, hidden } = useEditorState(editor);
  const [open, setOpen] = useState(false);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const close = (event: PointerEvent): void => {
      if (!ref.current?.contains(event.target as Node)) setOpen(false);
    };
    window.addEventListener("pointerdown", close);
    return () => window.removeEventListener("pointerdown", close);
  }, [open]);
  const changed = brightness !== 1 || contrast !== 1 || hidden.size > 0;
  return (
    <div ref={ref} onKeyDown={(event) => event.key === "Escape" && (setOpen(false), event.stopPropagation())}>
      <button
        type="button"
        aria-label="View settings"
        title="View settings"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className={cx("size-7 max-md:size-9 grid place-items-center rounded-small hover:bg-hover", changed ? "text-accent" : "text-muted hover:text-text")}
      >
        <Icon name="sliders" />
      </button>
      {open && (
        <div className={cx(FLOAT, "absolute bottom-full right-0 mb-2 p-3 w-60 flex flex-col gap-3 text-2")}>
          <Slider label="Brightness" value={brightness} onValue={(value) => editor.setView({ brightness: value })} />
          <Slider label="Contrast" value={contrast} onValue={(value) => editor.setView({ contrast: value })} />
          <label className="flex items-center gap-2">
            <input type="checkbox" className="accent-accent size-4" checked={tags} onChange={(event) => editor.setView({ tags: event.target.checked })} />
            Names on all marks
          </label>
          <label className="flex items-center gap-2">
            <input type="checkbox" className="accent-accent size-4" checked={crosshair} onChange={(event) => editor.setView({ crosshair: event.target.checked })} />
            Crosshair
          </label>
          {hidden.size > 0 && (
            <Button size="small" icon="eye" onClick={() => editor.showAll()}>
              Show {hidden.size} hidden
            </Button>
          )}
          {(brightness !== 1 || contrast !== 1) && (
            <Button size="small" onClick={() => editor.setView({ brightness: 1, contrast: 1 })}>
              Photo as it is
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function Slider({ label, value, onValue }: { label: string; value: number; onValue: (value: number) => void }) {
  return (
    <label className="flex flex-col gap-1">
      <span className="flex justify-between">
        {label}
        <span className="text-muted">{Math.round(value * 100)} %</span>
      </span>
      <input type="range" min={0.4} max={2.5} step={0.05} value={value} onChange={(event) => onValue(Number(event.target.value))} className="accent-accent" />
    </label>
  );
}

/** For an unfinished outline everywhere; for the selection where there is no keyboard. */
export function ContextBar({ editor, narrow, onDetails }: { editor: Editor; narrow: boolean; onDetails: () => void }) {
  const { drawing, cutting, selection, linking, refusal } = useEditorState(editor);
  if (drawing) {
    return (
      <Bar>
        <Button size="small" variant="primary" icon="check" onClick={() => editor.send({ type: "key", key: "Enter" })}>
          Finish
        </Button>
        <Button size="small" variant="ghost" onClick={() => editor.send({ type: "key", key: "Backspace" })}>
          Take back
        </Button>
        <Button size="small" variant="ghost" onClick={() => editor.send({ type: "key", key: "Escape" })}>
          Cancel
        </Button>
      </Bar>
    );
  }
  if (cutting) {
    return (
      <Bar>
        <span className="text-2 px-2">Draw the hole inside the polygon</span>
        <Button size="small" variant="ghost" onClick={() => editor.toggleCutting()}>
          Cancel
        </Button>
      </Bar>
    );
  }
  if (linking !== null) {
    return (
      <Bar>
        <span className="text-2 px-2">{refusal ?? "Choose the mark it is related to"}<span className="text-muted max-md:hidden"> · Tab and Enter, or click</span></span>
        <Button size="small" variant="ghost" onClick={() => editor.links.stop()}>
          Cancel
        </Button>
      </Bar>
    );
  }
  if (!narrow || selection.size === 0) return null;
  const isAsking = editor.selected.some((mark) => {
    const attributes = editor.placedOf(mark.label)?.label.attributes ?? [];
    return askedAttributes(attributes, mark.attributes ?? {}).some((each) => attributeProblem(each, mark.attributes?.[each.name]) !== null);
  });
  return (
    <Bar>
      <Button size="small" variant={isAsking ? "primary" : "ghost"} icon="edit" onClick={onDetails} className="h-9!">
        {selection.size > 1 ? `${selection.size} marks` : "Details"}
      </Button>
      {editor.canCut && (
        <Button size="small" variant="ghost" onClick={() => editor.toggleCutting()} className="h-9!">
          <Glyph name="hole" size={16} /> Hole
        </Button>
      )}
      {editor.links.canStart && (
        <Button size="small" variant="ghost" onClick={() => editor.links.start()} className="h-9!">
          <Glyph name="link" size={16} /> Relate
        </Button>
      )}
      <Button size="small" variant="ghost" icon="copy" aria-label="Duplicate" onClick={() => editor.duplicate()} className="h-9!" />
      {editor.canRemove && <Button size="small" variant="ghost" icon="trash" aria-label="Delete" onClick={() => editor.remove()} className="h-9! text-danger!" />}
    </Bar>
  );
}

/** What still has to be put right, one thing at a time, until nothing is left. */
export function ProblemBar({ editor }: { editor: Editor }) {
  const { problems } = useEditorState(editor);
  const [first] = problems;
  if (first === undefined) return null;
  return (
    <div role="alert" className="absolute top-3 inset-x-3 flex justify-center pointer-events-none">
      <button
        type="button"
        onClick={() => editor.goTo(first)}
        className="pointer-events-auto max-w-full flex items-center gap-2 min-h-9 px-3 py-1.5 rounded-medium border border-danger/40 bg-danger-soft text-danger text-3 font-medium text-left shadow-2"
      >
        <Icon name="alert" className="shrink-0" />
        <span>{first.message}</span>
        {problems.length > 1 && <span className="font-normal whitespace-nowrap">1 of {problems.length}</span>}
      </button>
    </div>
  );
}

function Bar({ children }: { children: React.ReactNode }) {
  return <div className={cx(FLOAT, "absolute bottom-3 max-md:bottom-16 left-1/2 -translate-x-1/2 flex items-center gap-0.5 p-1 max-w-[calc(100%-24px)]")}>{children}</div>;
}
