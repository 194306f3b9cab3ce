/** The labels as a tree, with their number keys; choosing one names the selection and what is drawn next. */

import { type PlacedLabel, titleOf } from "@assay/annotation";
import { Icon, Kbd, cx } from "@assay/ui";
import { useMemo, useState } from "react";
import { type Followed, useEditorState } from "./follow";

/** With more labels than this a search field appears. */
const SEARCH_FROM = 7;

/** What the list needs of an editor. */
export interface LabelEditor extends Followed<{ readonly label: string | null; readonly history: { readonly answer: { readonly annotations: readonly { readonly label: string }[] } } }> {
  readonly placed: readonly PlacedLabel[];
  readonly usable: readonly PlacedLabel[];
  chooseLabel(name: string): void;
}

export interface LabelListProps {
  readonly editor: LabelEditor;
  readonly searchRef: React.RefObject<HTMLInputElement | null>;
  readonly onChosen?: () => void;
}

export function LabelList({ editor, searchRef, onChosen }: LabelListProps) {
  const { label: current, history } = useEditorState(editor);
  const [query, setQuery] = useState("");
  const counts = useMemo(() => {
    const seen = new Map<string, number>();
    for (const { label } of history.answer.annotations) seen.set(label, (seen.get(label) ?? 0) + 1);
    return seen;
  }, [history.answer]);
  const shown = matching(editor.placed, query);
  const first = shown.find(({ label }) => label.shapes.length > 0);
  const choose = (name: string): void => {
    editor.chooseLabel(name);
    setQuery("");
    onChosen?.();
  };
  return (
    <>
      {editor.placed.length > SEARCH_FROM && (
        <div className="relative px-2 pb-2">
          <Icon name="search" size={14} className="absolute left-4.5 top-2 text-muted pointer-events-none" />
          <span className="absolute right-4 top-1.5 pointer-events-none max-md:hidden">
            <Kbd>/</Kbd>
          </span>
          <input
            ref={searchRef}
            type="search"
            aria-label="Find a label"
            placeholder="Find a label"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && first) {
                choose(first.label.name);
                event.currentTarget.blur();
              }
              if (event.key === "Escape") {
                setQuery("");
                event.currentTarget.blur();
              }
            }}
            className="w-full h-7.5 max-md:h-9 pl-8 pr-2 rounded-medium bg-sunken border border-border text-2 placeholder:text-muted"
          />
        </div>
      )}
      <ul aria-label="Labels" className="px-1.5 pb-1.5">
        {shown.map((placed) => (
          <LabelRow
            key={placed.label.name}
            placed={placed}
            digit={editor.usable.indexOf(placed) + 1}
            count={counts.get(placed.label.name) ?? 0}
            isCurrent={placed.label.name === current}
            onChoose={choose}
          />
        ))}
        {shown.length === 0 && <li className="px-2 py-3 text-2 text-muted">No label is called “{query}”.</li>}
      </ul>
    </>
  );
}

/** The labels whose name or title contains the query, with the headings above them. */
function matching(placed: readonly PlacedLabel[], query: string): readonly PlacedLabel[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return placed;
  const names = new Set(
    placed
      .filter(({ label }) => label.name.toLowerCase().includes(wanted) || titleOf(label).toLowerCase().includes(wanted))
      .flatMap(({ path }) => path),
  );
  return placed.filter(({ label }) => names.has(label.name));
}

interface LabelRowProps {
  readonly placed: PlacedLabel;
  readonly digit: number;
  readonly count: number;
  readonly isCurrent: boolean;
  readonly onChoose: (name: string) => void;
}

function LabelRow({ placed: { label, path, color }, digit, count, isCurrent, onChoose }: LabelRowProps) {
  const indent = { paddingLeft: 8 + (path.length - 1) * 14 };
  if (label.shapes.length === 0) {
    return (
      <li className="h-7 flex items-center text-1 font-semibold text-muted" style={indent}>
        {titleOf(label)}
      </li>
    );
  }
  return (
    <li>
      <button
        type="button"
        aria-pressed={isCurrent}
        onClick={() => onChoose(label.name)}
        style={indent}
        className={cx(
          "w-full h-8 max-md:h-11 pr-2 flex items-center gap-2.5 rounded-medium text-3 text-left",
          isCurrent ? "bg-accent-soft text-accent font-medium" : "hover:bg-hover",
        )}
      >
        <span className="size-3 rounded-[3px] shrink-0" style={{ background: color }} />
        <span className="grow truncate">{titleOf(label)}</span>
        {count > 0 && <span className={cx("text-2", isCurrent ? "text-accent" : "text-muted")} aria-label={`${count} marked`}>{count}</span>}
        {digit > 0 && digit <= 9 && <span className="max-md:hidden"><Kbd>{digit}</Kbd></span>}
      </button>
    </li>
  );
}
