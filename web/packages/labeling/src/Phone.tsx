/** What stands around the photo on a phone: a bar below it, and a sheet over its lower part. */

import { titleOf } from "@assay/annotation";
import { isTyping } from "@assay/canvas";
import { Icon, IconButton, cx } from "@assay/ui";
import { useEffect } from "react";
import { ToolRail } from "./ToolRail";
import type { Editor } from "./editor";
import { useEditorState } from "./follow";
import { Glyph } from "./glyphs";

export type Sheet = "labels" | "details" | "marks" | "reference" | null;

interface PhoneBarProps {
  readonly editor: Editor;
  readonly sheet: Sheet;
  readonly isReferred: boolean;
  readonly onSheet: (sheet: Sheet) => void;
  readonly onInstructions: () => void;
}

/** Within reach of a thumb: the label in hand and the marks above, the tools below. */
export function PhoneBar({ editor, sheet, isReferred, onSheet, onInstructions }: PhoneBarProps) {
  const { label, history, problems } = useEditorState(editor);
  const placed = label === null ? undefined : editor.placedOf(label);
  const toggle = (which: Sheet): void => onSheet(sheet === which ? null : which);
  return (
    <div className="shrink-0 bg-surface border-t border-border px-2 pt-1.5 pb-[max(6px,env(safe-area-inset-bottom))] flex flex-col gap-1">
      <div className="flex items-center gap-1.5">
        <button type="button" aria-label="Choose a label" aria-expanded={sheet === "labels"} onClick={() => toggle("labels")} className="grow min-w-0 h-11 px-3 rounded-medium border border-border bg-raised flex items-center gap-2.5 text-4 font-medium">
          <span className="size-3.5 rounded-[3px] shrink-0" style={{ background: placed?.color ?? "gray" }} />
          <span className="truncate">{placed ? titleOf(placed.label) : "No label"}</span>
          <Icon name="chevronDown" className="ml-auto text-muted rotate-180" />
        </button>
        <button type="button" aria-label={`Marks, ${history.answer.annotations.length}`} aria-expanded={sheet === "marks"} onClick={() => toggle("marks")} className="h-11 px-3 rounded-medium border border-border bg-raised flex items-center gap-2 text-4">
          <Glyph name="list" size={17} />
          {history.answer.annotations.length}
          {problems.length > 0 && <Icon name="alert" size={15} className="text-danger" />}
        </button>
        <button type="button" aria-label="Details" aria-expanded={sheet === "details"} onClick={() => toggle("details")} className="size-11 rounded-medium border border-border bg-raised grid place-items-center">
          <Icon name="edit" size={17} />
        </button>
      </div>
      <div className="flex items-center justify-between overflow-x-auto no-scrollbar">
        <ToolRail editor={editor} row />
        {isReferred && (
          <button type="button" aria-label="For reference" aria-expanded={sheet === "reference"} onClick={() => toggle("reference")} className="size-10 grid place-items-center text-muted shrink-0">
            <Icon name="image" size={18} />
          </button>
        )}
        <button type="button" aria-label="Instructions" onClick={onInstructions} className="size-10 grid place-items-center text-muted shrink-0">
          <Glyph name="book" />
        </button>
      </div>
    </div>
  );
}

const SHEETS: readonly (readonly [NonNullable<Sheet>, string])[] = [["labels", "Labels"], ["details", "Details"], ["marks", "Marks"], ["reference", "Reference"]];

interface BottomSheetProps {
  readonly sheet: NonNullable<Sheet>;
  readonly isReferred: boolean;
  readonly onSheet: (sheet: Sheet) => void;
  readonly children: React.ReactNode;
}

export function BottomSheet({ sheet, isReferred, onSheet, children }: BottomSheetProps) {
  useEffect(() => {
    // Before the stage hears of it, which would drop the selection.
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      event.stopPropagation();
      onSheet(null);
    };
    window.addEventListener("keydown", press, true);
    return () => window.removeEventListener("keydown", press, true);
  }, [onSheet]);
  return (
    <>
      <div aria-hidden="true" className="absolute inset-0 z-20" onPointerDown={() => onSheet(null)} />
      <div role="region" aria-label="Panel" className="sheet absolute z-30 inset-x-0 bottom-0 max-h-[62%] min-h-[38%] bg-surface border-t border-border rounded-t-[14px] shadow-3 flex flex-col pb-[env(safe-area-inset-bottom)]">
        <header className="flex items-center gap-1 px-2 pt-2 pb-1 shrink-0">
          {SHEETS.filter(([name]) => isReferred || name !== "reference").map(([name, title]) => (
            <button key={name} type="button" aria-pressed={sheet === name} onClick={() => onSheet(name)} className={cx("h-9 px-3 rounded-medium text-3 font-medium", sheet === name ? "bg-accent-soft text-accent" : "text-muted")}>
              {title}
            </button>
          ))}
          <span className="grow" />
          <IconButton icon="close" label="Close" onClick={() => onSheet(null)} />
        </header>
        <div className="grow min-h-0 overflow-y-auto overscroll-contain flex flex-col">{children}</div>
      </div>
    </>
  );
}
