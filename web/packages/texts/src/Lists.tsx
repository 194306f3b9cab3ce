/** Labels, marked passages and relations as lists: the accessible twins of what is drawn. */

import { titleOf } from "@assay/annotation";
import { DOUBT_BELOW, type ObjectVerdict } from "@assay/labeling";
import { Icon, Kbd, cx, percent } from "@assay/ui";
import { type Span, inTextOrder } from "./answer";
import type { TextEditor } from "./editor";
import { useTextState } from "./follow";
import { LABEL_KEYS } from "./keymap";
import { relationTitle } from "./RelationArcs";

export function LabelList({ editor }: { editor: TextEditor }) {
  const { label: inHand, answer } = useTextState(editor);
  const count = (name: string): number => answer.annotations.filter(({ label }) => label === name).length;
  return (
    <ul aria-label="Labels" className="px-1.5 pb-1.5">
      {editor.placed.map((placed) => {
        const { label, path, color } = placed;
        const indent = { paddingLeft: 8 + (path.length - 1) * 14 };
        const key = LABEL_KEYS[editor.usable.indexOf(placed)];
        if (!label.shapes.includes("span")) {
          return <li key={label.name} className="h-7 flex items-center text-1 font-semibold text-muted" style={indent}>{titleOf(label)}</li>;
        }
        return (
          <li key={label.name}>
            <button
              type="button"
              aria-pressed={label.name === inHand}
              onClick={() => editor.chooseLabel(label.name)}
              style={indent}
              className={cx("w-full h-8 max-md:h-11 pr-2 flex items-center gap-2.5 rounded-medium text-3 text-left", label.name === inHand ? "bg-accent-soft text-accent font-medium" : "hover:bg-hover")}
            >
              <span className="size-3 rounded-[3px] shrink-0" style={{ background: color }} />
              <span className="grow truncate">{titleOf(label)}</span>
              {count(label.name) > 0 && <span className="text-2 text-muted" aria-label={`${count(label.name)} marked`}>{count(label.name)}</span>}
              {key && <span className="max-md:hidden"><Kbd>{key.toUpperCase()}</Kbd></span>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** The passage in at most so many letters, on one line. */
export function excerpt(editor: TextEditor, span: Pick<Span, "start" | "end">, most = 60): string {
  const text = editor.index.slice({ start: span.start, end: Math.min(span.end, span.start + most) }).replaceAll(/\s+/g, " ");
  return span.end - span.start > most ? `${text}…` : text;
}

interface PartsProps {
  readonly editor: TextEditor;
  /** What the merge thought of each, by id; null where there is one voice or none. */
  readonly verdicts: ReadonlyMap<string, ObjectVerdict> | null;
}

export function SpanList({ editor, verdicts }: PartsProps) {
  const { answer, selected, problems } = useTextState(editor);
  const troubled = new Set(problems.map(({ markId }) => markId));
  return (
    <ul aria-label="Marked passages" className="px-1.5 pb-1.5">
      {inTextOrder(answer.annotations).map((span) => {
        const placed = editor.placedOf(span.label);
        return (
          <li key={span.id}>
            <button type="button" aria-pressed={span.id === selected} onClick={() => editor.select(span.id)} className={rowClass(span.id === selected)}>
              <span className={cx("size-3 rounded-[3px] shrink-0", editor.isSuggested(span) && "border border-dashed bg-transparent!")} style={{ background: placed?.color ?? "gray", borderColor: placed?.color ?? "gray" }} />
              <span className="truncate">{excerpt(editor, span)}</span>
              {troubled.has(span.id) && <Icon name="alert" size={14} className="text-danger shrink-0" />}
              <span className="ml-auto pl-2 text-2 text-muted whitespace-nowrap">{editor.isSuggested(span) ? <i>suggested</i> : placed ? titleOf(placed.label) : span.label}</span>
              <Sureness verdicts={verdicts} id={span.id} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

export function RelationList({ editor, verdicts }: PartsProps) {
  const { answer, selected } = useTextState(editor);
  return (
    <ul aria-label="Relations" className="px-1.5 pb-1.5">
      {answer.relations.map((relation) => {
        const [source, target] = [editor.spanOf(relation.source), editor.spanOf(relation.target)];
        if (source === null || target === null) return null;
        return (
          <li key={relation.id}>
            <button type="button" aria-pressed={relation.id === selected} onClick={() => editor.select(relation.id)} className={rowClass(relation.id === selected)}>
              <span className="truncate">{excerpt(editor, source, 20)}</span>
              <span className="text-2 text-muted whitespace-nowrap">{relation.directed === false ? "— " : ""}{relationTitle(editor, relation.name)}{relation.directed === false ? " —" : " →"}</span>
              <span className="truncate">{excerpt(editor, target, 20)}</span>
              <span className="grow" />
              <Sureness verdicts={verdicts} id={relation.id} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

const rowClass = (isSelected: boolean): string =>
  cx("w-full min-h-8 max-md:min-h-11 px-2 flex items-center gap-2 rounded-medium text-3 text-left", isSelected ? "bg-accent-soft" : "hover:bg-hover");

function Sureness({ verdicts, id }: { verdicts: PartsProps["verdicts"]; id: string }) {
  if (verdicts === null) return null;
  const verdict = verdicts.get(id);
  if (verdict === undefined) return <span className="text-2 text-muted w-9 text-right shrink-0">new</span>;
  return <span className={cx("text-2 w-9 text-right shrink-0", verdict.confidence < DOUBT_BELOW ? "text-warn font-medium" : "text-muted")}>{percent(verdict.confidence)}</span>;
}
