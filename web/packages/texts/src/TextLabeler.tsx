/**
 * The labelling page for texts as a component. It knows an editor; where the text comes from, and what happens to the
 * answer, is for the page around it.
 */

import { titleOf } from "@assay/annotation";
import { Instructions, useChords, useIsNarrow } from "@assay/labeling";
import { Dialog, Icon, IconButton, Kbd, cx } from "@assay/ui";
import { useEffect, useMemo, useRef, useState } from "react";
import { SelectionDetails, TextDetails } from "./Details";
import type { TextEditor } from "./editor";
import { useTextState } from "./follow";
import { GESTURES, type PageCommands, SHORTCUTS, runChord } from "./keymap";
import { LabelList, RelationList, SpanList, excerpt } from "./Lists";
import { ReviewPanel, type TextReview } from "./Review";
import { TextStage } from "./TextStage";

// A control with the focus keeps the keys that work it, and Tab always leaves it.
const CONTROL_KEYS = ["enter", "tab", "shift+tab", "arrowleft", "arrowright", "backspace"];

export interface TextLabelerProps {
  readonly editor: TextEditor;
  readonly title: string | null;
  readonly instructions: string;
  readonly instructionsOpen?: boolean;
  readonly review?: TextReview | null;
  readonly onSubmit?: () => void;
  /** "page": keys work wherever the focus is. "within": only inside, for a page that has other things on it. */
  readonly keys?: "page" | "within";
}

export function TextLabeler({ editor, title, instructions, instructionsOpen = false, review = null, onSubmit, keys = "page" }: TextLabelerProps) {
  const narrow = useIsNarrow();
  const root = useRef<HTMLDivElement>(null);
  const [help, setHelp] = useState(false);
  const [reading, setReading] = useState(instructionsOpen);
  const { answer, done, undone, problems } = useTextState(editor);

  const commands = useRef<PageCommands>(null);
  commands.current = { submit: () => onSubmit?.(), toggleHelp: () => setHelp((open) => !open), toggleInstructions: () => setReading((open) => !open) };
  useChords(keys === "page" ? null : root, CONTROL_KEYS, runChord, editor, commands);
  useEffect(() => {
    if (keys === "page" && !instructionsOpen) root.current?.querySelector<HTMLElement>("[data-stage]")?.focus({ preventScroll: true });
  }, [editor, keys, instructionsOpen]);

  const verdicts = useMemo(() => (review && review.voices.length > 1 ? new Map(review.objects.map((each) => [each.annotation_id, each])) : null), [review]);
  const [first] = problems;
  return (
    <div ref={root} className="relative flex min-h-0 grow max-md:flex-col bg-bg">
      {reading && (
        // Beside the text and not over it: both are read together.
        <div className={narrow ? "absolute inset-0 z-20" : "relative w-96 shrink-0"}>
          <Instructions text={instructions} onClose={() => setReading(false)} />
        </div>
      )}
      <div className="relative grow min-w-0 min-h-0 flex flex-col">
        <div className="flex items-center gap-1 px-2 h-10 shrink-0 border-b border-border bg-surface">
          <IconButton icon="undo" size="small" label="Undo  (Ctrl+Z)" disabled={done.length === 0} onClick={() => editor.undo()} />
          <IconButton icon="redo" size="small" label="Redo  (Ctrl+Shift+Z)" disabled={undone.length === 0} onClick={() => editor.redo()} />
          {title && <h2 className="text-3 font-medium truncate ml-2">{title}</h2>}
          <span className="grow" />
          <IconButton icon="file" size="small" label="Instructions  (I)" pressed={reading} onClick={() => setReading(!reading)} />
          <button type="button" aria-label="Keys and gestures  (?)" title="Keys and gestures  (?)" onClick={() => setHelp(true)} className="size-7 grid place-items-center rounded-medium text-muted hover:text-text hover:bg-hover text-3 font-semibold">?</button>
        </div>
        <div className="grow min-h-0 overflow-y-auto overscroll-contain bg-surface">
          <TextStage editor={editor} />
        </div>
        {first && (
          <button type="button" role="alert" onClick={() => editor.goTo(first)} className="absolute top-12 left-1/2 -translate-x-1/2 flex items-center gap-2 min-h-9 px-3 rounded-medium border border-danger/40 bg-danger-soft text-danger text-3 font-medium shadow-2">
            <Icon name="alert" /> {first.message}
            {problems.length > 1 && <span className="font-normal whitespace-nowrap">1 of {problems.length}</span>}
          </button>
        )}
      </div>
      <aside aria-label="Labels and marks" className={cx("bg-surface border-border flex flex-col min-h-0", narrow ? "border-t max-h-[46%] overflow-y-auto shrink-0" : "w-80 shrink-0 border-l overflow-y-auto")}>
        {review && <ReviewPanel editor={editor} review={review} />}
        <section aria-label="Labels" className="border-b border-border pt-2 shrink-0">
          <LabelList editor={editor} />
        </section>
        <SelectionDetails editor={editor} />
        <TextDetails editor={editor} />
        <section aria-label="Marks" className="shrink-0">
          <h3 className="px-3 h-9 flex items-center text-1 font-semibold text-muted">{counted(answer.annotations.length, "passage")}</h3>
          {answer.annotations.length === 0 && <p className="px-3 pb-3 text-2 text-muted">Nothing is marked yet. Draw over a passage, or move to a word with the arrow keys, then press a label.</p>}
          <SpanList editor={editor} verdicts={verdicts} />
        </section>
        {editor.taxonomy.relations.length > 0 && (
          <section aria-label="Joined" className="shrink-0 border-t border-border">
            <h3 className="px-3 h-9 flex items-center text-1 font-semibold text-muted">{counted(answer.relations.length, "relation")}</h3>
            <RelationList editor={editor} verdicts={verdicts} />
          </section>
        )}
      </aside>
      <Announcer editor={editor} />
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}

const counted = (count: number, what: string): string => (count === 1 ? `1 ${what}` : `${count} ${what}s`);

/** Says what happened to those who cannot see it. */
function Announcer({ editor }: { editor: TextEditor }) {
  const { passage, answer } = useTextState(editor);
  const span = editor.selectedSpan;
  const placed = span && editor.placedOf(span.label);
  return (
    <p role="status" className="sr-only">
      {passage ? `Chosen: ${excerpt(editor, passage)}. ` : ""}
      {span && placed ? `${titleOf(placed.label)}: ${excerpt(editor, span)}. ` : ""}
      {counted(answer.annotations.length, "passage")} marked
    </p>
  );
}

function Help({ onClose }: { onClose: () => void }) {
  const mod = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";
  return (
    <Dialog title="Keys and gestures" size="large" onClose={onClose}>
      <div className="md:columns-2 gap-8">
        {(["Choose", "Mark", "Change", "Task"] as const).map((group) => (
          <section key={group} aria-label={group} className="mb-5 break-inside-avoid">
            <h3 className="text-2 font-semibold text-muted mb-1.5">{group}</h3>
            <dl className="flex flex-col gap-1">
              {SHORTCUTS.filter((shortcut) => shortcut.group === group && shortcut.keys.length > 0).map(({ title, keys }) => (
                <div key={title} className="flex items-center gap-3 min-h-6 text-3">
                  <dt className="grow">{title}</dt>
                  <dd className="flex gap-1 shrink-0">{keys.map((each) => <Kbd key={each}>{each.replace("Mod", mod)}</Kbd>)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <dl className="grid md:grid-cols-2 gap-x-8 gap-y-1.5">
        {GESTURES.map(([gesture, effect]) => (
          <div key={gesture} className="text-3">
            <dt className="text-2 text-muted">{gesture}</dt>
            <dd>{effect}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
