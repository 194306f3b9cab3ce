/** Every region with its text, as they are read: the accessible twin of what is drawn, and where it is typed. */

import { type PlacedProblem, titleOf } from "@assay/annotation";
import { AttributeForm, DOUBT_BELOW, type ObjectVerdict, useEditorState, useIsNarrow } from "@assay/labeling";
import { Badge, IconButton, cx, percent } from "@assay/ui";
import { useEffect, useRef } from "react";
import type { Region } from "./answer";
import type { DocumentEditor } from "./editor";
import { inReadingOrder } from "./reading";

export interface RegionListProps {
  readonly editor: DocumentEditor;
  /** What the merge thought of each, where several people answered. */
  readonly verdicts: ReadonlyMap<string, ObjectVerdict> | null;
  /** More about a region, shown while it is selected. */
  readonly below?: (region: Region) => React.ReactNode;
}

export function RegionList({ editor, verdicts, below }: RegionListProps) {
  const { history, selection, problems, page } = useEditorState(editor);
  const regions = inReadingOrder(history.answer.annotations, editor.direction);
  const several = editor.pages.length > 1;
  return (
    <ol aria-label="Regions" className="px-1.5 pb-2 flex flex-col">
      {regions.map((region, index) => (
        <li key={region.id}>
          {several && region.page !== regions[index - 1]?.page && (
            <h4 className={cx("px-2 pt-2 pb-1 text-1 font-semibold", region.page === page ? "text-accent" : "text-muted")}>Page {region.page + 1}</h4>
          )}
          <RegionRow
            editor={editor}
            region={region}
            isSelected={selection.has(region.id)}
            isOnly={selection.size === 1}
            problems={problems.filter(({ markId }) => markId === region.id)}
            verdict={verdicts === null ? null : (verdicts.get(region.id) ?? "new")}
            below={below}
          />
        </li>
      ))}
    </ol>
  );
}

interface RegionRowProps {
  readonly editor: DocumentEditor;
  readonly region: Region;
  readonly isSelected: boolean;
  readonly isOnly: boolean;
  readonly problems: readonly PlacedProblem[];
  readonly verdict: ObjectVerdict | "new" | null;
  readonly below: ((region: Region) => React.ReactNode) | undefined;
}

function RegionRow({ editor, region, isSelected, isOnly, problems, verdict, below }: RegionRowProps) {
  const row = useRef<HTMLDivElement>(null);
  const placed = editor.placedOf(region.label);
  const title = placed ? titleOf(placed.label) : region.label;
  useEffect(() => {
    if (isSelected && isOnly) row.current?.scrollIntoView({ block: "nearest" });
  }, [isSelected, isOnly]);
  const asked = placed?.label.attributes ?? [];
  // A finger has no Shift to select several with.
  const canGather = useIsNarrow() && editor.groupLabels.length > 0 && editor.state.selection.size > 0;
  const isOpen = isSelected && isOnly;
  const loose = problems.filter(({ attribute }) => attribute === null || !isOpen);
  return (
    <div ref={row} className={cx("rounded-medium px-2 py-1 flex flex-col gap-1", isSelected ? "bg-accent-soft" : "hover:bg-hover", problems.length > 0 && "ring-1 ring-danger/60")}>
      <div className="flex items-center gap-2 min-h-6">
        <button
          type="button"
          aria-pressed={isSelected}
          aria-label={`${title}${region.text ? `: ${region.text.slice(0, 60)}` : ""}`}
          onClick={(event) => (event.shiftKey || event.ctrlKey || event.metaKey ? editor.toggleSelected(region.id) : show(editor, region))}
          className="grow min-w-0 flex items-center gap-2 text-left text-1 text-muted rounded-small max-md:min-h-9"
        >
          <span className="size-2.5 rounded-[3px] shrink-0" style={{ background: placed?.color ?? "gray" }} />
          <span className={cx("truncate", isSelected && "text-accent font-medium")}>{title}</span>
          {editor.isSuggested(region) && <Badge>Suggested</Badge>}
        </button>
        {verdict !== null && (
          <span className={cx("text-1", verdict !== "new" && verdict.confidence < DOUBT_BELOW ? "text-warn font-medium" : "text-muted")}>{verdict === "new" ? "new" : percent(verdict.confidence)}</span>
        )}
        {canGather && !isOpen && (
          <IconButton icon={isSelected ? "check" : "add"} size="small" pressed={isSelected} label={`Select ${title} with the others`} onClick={() => editor.toggleSelected(region.id)} />
        )}
        {isOpen && <IconButton icon="trash" size="small" label={`Delete ${title}`} onClick={() => editor.remove()} />}
      </div>
      {placed && placed.label.text !== "none" && <RegionText editor={editor} region={region} title={title} isOpen={isOpen} isWrong={problems.length > 0} />}
      {loose.map(({ field, message }) => (
        <p key={field} className="text-2 text-danger">{message}</p>
      ))}
      {isOpen && asked.length > 0 && (
        <div className="py-1">
          <AttributeForm attributes={asked} values={region.attributes ?? {}} problems={problems} onValue={(name, value) => editor.setRegionAttribute(name, value)} />
        </div>
      )}
      {isOpen && below?.(region)}
    </div>
  );
}

/** Selects it and, where it is out of sight, brings it there. */
function show(editor: DocumentEditor, region: Region): void {
  editor.select([region.id]);
  editor.focusSelection();
}

interface RegionTextProps {
  readonly editor: DocumentEditor;
  readonly region: Region;
  readonly title: string;
  readonly isOpen: boolean;
  readonly isWrong: boolean;
}

function RegionText({ editor, region, title, isOpen, isWrong }: RegionTextProps) {
  const { drawn } = useEditorState(editor);
  const ref = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (drawn !== region.id) return;
    ref.current?.focus();
    editor.takeDrawn();
  }, [drawn, region.id, editor]);
  const { language } = editor.taxonomy;
  return (
    <textarea
      ref={ref}
      data-region={region.id}
      aria-label={`Text of ${title}`}
      aria-invalid={isWrong || undefined}
      placeholder={isOpen ? "Type what stands there" : "Nothing typed yet"}
      dir={editor.direction ?? "auto"}
      lang={language ?? undefined}
      rows={1}
      spellCheck={false}
      autoComplete="off"
      maxLength={10_000}
      value={region.text}
      onFocus={() => !isOpen && editor.select([region.id])}
      onBlur={() => editor.endTyping()}
      onChange={(event) => editor.type(region.id, event.target.value)}
      onKeyDown={(event) => {
        // A word that is still being composed ends with Enter as well.
        if (event.nativeEvent.isComposing) return;
        const digit = event.altKey ? /^Digit([1-9])$/.exec(event.code)?.[1] : undefined;
        const label = digit && editor.usable[Number(digit) - 1];
        if (label) {
          event.preventDefault();
          editor.chooseLabel(label.label.name);
        }
        // Done with it: the next number is the label of the next region, not of this one.
        if (event.key === "Escape") editor.select([]);
        if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        const fields = [...document.querySelectorAll<HTMLTextAreaElement>("textarea[data-region]")];
        const next = fields[fields.indexOf(event.currentTarget) + 1];
        if (next) next.focus();
        else document.querySelector<HTMLElement>("[data-stage]")?.focus();
      }}
      className={cx(
        "w-full field-sizing-content min-h-8 max-md:min-h-11 max-h-48 px-2 py-1.5 rounded-small border text-3 leading-5 resize-none bg-surface placeholder:text-muted",
        isWrong ? "border-danger" : "border-border hover:border-border-strong",
      )}
    />
  );
}
