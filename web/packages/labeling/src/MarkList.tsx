/** Every mark in a list: the accessible twin of what is drawn. Only the rows in sight exist. */

import { type Mark, centreOf, shapeTitle, titleOf } from "@assay/annotation";
import { Icon, cx } from "@assay/ui";
import { useEffect, useRef, useState } from "react";
import type { Editor } from "./editor";
import { useEditorState } from "./follow";
import { Glyph } from "./glyphs";

const ROW = 32;
const ROW_TOUCH = 44;
const SPARE = 6;

export interface MarkListProps {
  readonly editor: Editor;
  readonly narrow: boolean;
  /** In the order shown; by default as they were made. */
  readonly marks?: readonly Mark[];
  /** A few words at a mark's right, such as how sure it is. */
  readonly note?: (mark: Mark) => React.ReactNode;
}

export function MarkList({ editor, narrow, marks = editor.answer.annotations, note }: MarkListProps) {
  const { selection, hidden, locked, problems } = useEditorState(editor);
  const ref = useRef<HTMLDivElement>(null);
  const [span, setSpan] = useState({ top: 0, height: 400 });
  const row = narrow ? ROW_TOUCH : ROW;
  const first = Math.max(0, Math.floor(span.top / row) - SPARE);
  const last = Math.min(marks.length, Math.ceil((span.top + span.height) / row) + SPARE);
  const troubled = new Set(problems.map(({ markId }) => markId));
  const selectedIndex = selection.size === 1 ? marks.findIndex(({ id }) => selection.has(id)) : -1;

  useEffect(() => {
    const list = ref.current;
    if (list === null || selectedIndex < 0) return;
    const top = selectedIndex * row;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + row > list.scrollTop + list.clientHeight) list.scrollTop = top + row - list.clientHeight;
  }, [selectedIndex, row, span.height]);

  useEffect(() => {
    const list = ref.current!;
    const observer = new ResizeObserver(() => setSpan({ top: list.scrollTop, height: list.clientHeight }));
    observer.observe(list);
    return () => observer.disconnect();
  }, []);

  return (
    <div
      ref={ref}
      className="grow min-h-0 overflow-y-auto overscroll-contain px-1.5 pb-1.5"
      onScroll={(event) => setSpan({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
    >
      <ul aria-label="Marks" className="relative" style={{ height: marks.length * row }}>
        {marks.slice(first, last).map((mark, index) => (
          <MarkRow
            key={mark.id}
            editor={editor}
            mark={mark}
            top={(first + index) * row}
            height={row}
            place={first + index + 1}
            isSelected={selection.has(mark.id)}
            isHidden={hidden.has(mark.id)}
            isLocked={locked.has(mark.id)}
            isTroubled={troubled.has(mark.id)}
            note={note?.(mark)}
          />
        ))}
      </ul>
    </div>
  );
}

interface MarkRowProps {
  readonly editor: Editor;
  readonly mark: Mark;
  readonly top: number;
  readonly height: number;
  readonly place: number;
  readonly isSelected: boolean;
  readonly isHidden: boolean;
  readonly isLocked: boolean;
  readonly isTroubled: boolean;
  readonly note: React.ReactNode;
}

function MarkRow({ editor, mark, top, height, place, isSelected, isHidden, isLocked, isTroubled, note }: MarkRowProps) {
  const placed = editor.placedOf(mark.label);
  const title = placed ? titleOf(placed.label) : mark.label;
  const suggested = editor.isSuggested(mark);
  const centre = centreOf(mark);
  return (
    <li
      className={cx("group absolute inset-x-0 flex items-center rounded-medium pr-1", isSelected ? "bg-accent-soft" : "hover:bg-hover", isHidden && "opacity-50")}
      style={{ top, height }}
    >
      <button
        type="button"
        aria-pressed={isSelected}
        aria-label={`${title} ${place}, ${shapeTitle(mark.type).toLowerCase()} at ${Math.round(centre.x)}, ${Math.round(centre.y)}${suggested ? ", suggested" : ""}${editor.isGiven(mark) ? ", given" : ""}${isTroubled ? ", has a problem" : ""}`}
        onClick={(event) => {
          const ids = new Set(editor.state.selection);
          if (!event.shiftKey) editor.select([mark.id]);
          else editor.select(ids.delete(mark.id) ? ids : [...ids, mark.id]);
        }}
        onDoubleClick={() => editor.focusSelection()}
        className="grow min-w-0 h-full flex items-center gap-2.5 pl-2 text-left text-3"
      >
        <span
          className={cx("size-3 rounded-[3px] shrink-0", suggested && "border border-dashed bg-transparent!")}
          style={{ background: placed?.color ?? "gray", borderColor: placed?.color ?? "gray" }}
        />
        <span className="truncate">{title}</span>
        <span className="text-2 text-muted">{place}</span>
        {suggested && <span className="text-1 text-muted italic">suggested</span>}
        {editor.isGiven(mark) && <span className="text-1 text-muted italic">given</span>}
        {isTroubled && <Icon name="alert" size={14} className="text-danger shrink-0" />}
        <span className="ml-auto text-2 text-muted">{note}</span>
      </button>
      <RowButton label={isLocked ? "Unlock" : "Lock"} shown={isLocked} onClick={() => editor.toggle("locked", [mark.id])}>
        <Glyph name={isLocked ? "lock" : "unlock"} size={14} />
      </RowButton>
      <RowButton label={isHidden ? "Show" : "Hide"} shown={isHidden} onClick={() => editor.toggle("hidden", [mark.id])}>
        <Icon name={isHidden ? "eyeOff" : "eye"} size={14} />
      </RowButton>
    </li>
  );
}

function RowButton({ label, shown, onClick, children }: { label: string; shown: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className={cx(
        "size-7 max-md:size-10 grid place-items-center rounded-small text-muted hover:text-text shrink-0",
        !shown && "opacity-0 group-hover:opacity-100 focus-visible:opacity-100 max-md:opacity-60",
      )}
    >
      {children}
    </button>
  );
}
