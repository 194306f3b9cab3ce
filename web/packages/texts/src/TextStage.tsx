/**
 * The text with what is marked in it: a bar under each passage with its label's name, inner ones nearest to the text,
 * and an arc for each relation. The browser's own selection says what a hand draws over, so that touch works as it
 * does everywhere.
 */

import { titleOf } from "@assay/annotation";
import { cx } from "@assay/ui";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { TextEditor } from "./editor";
import { useTextState } from "./follow";
import { RelationArcs } from "./RelationArcs";
import type { Range } from "./offsets";
import { pointsOfSelection } from "./places";
import { type Placed, type Run, placedSpans, runsOf } from "./runs";

/** Pixels: of a lane with its bar and name, of a bar, of a voice's line above the text. */
const LANE = 19;
const BAR = 3;
const VOICE = 4;
/** A letter of a name is about this much of a letter of the text. */
const NAME_SCALE = 0.72;
export const VOICE_COLORS = ["#0891b2", "#db2777", "#ca8a04", "#65a30d", "#9333ea", "#ea580c"];

export function TextStage({ editor }: { editor: TextEditor }) {
  const state = useTextState(editor);
  const { answer, passage, selected, overlays, pointedOut } = state;
  const root = useRef<HTMLDivElement>(null);
  const letter = useRef<HTMLSpanElement>(null);
  const [letterHeight, setLetterHeight] = useState(20);
  useLayoutEffect(() => setLetterHeight(letter.current!.getBoundingClientRect().height), []);

  const placed = useMemo(
    () => placedSpans(answer.annotations, ({ label }) => Math.ceil((nameOf(editor, label).length + 2) * NAME_SCALE)),
    [answer.annotations, editor],
  );
  const voices = useMemo(() => editor.voices.filter(({ name }) => overlays.has(name)), [editor, overlays]);
  const runs = useMemo(() => {
    const others = [...voices.flatMap((voice) => voice.answer.annotations), ...(passage ? [passage] : []), ...(pointedOut ? [pointedOut] : [])];
    return runsOf(placed, editor.index.length, others);
  }, [placed, voices, passage, pointedOut, editor]);
  const lanes = Math.max(0, ...placed.map(({ lane }) => lane + 1));
  const above = voices.length * VOICE + (answer.relations.length > 0 ? 14 : 0);

  useSelection(root, editor);
  useEffect(() => {
    root.current?.querySelector("[data-focused]")?.scrollIntoView({ block: "nearest" });
  }, [passage, selected]);

  const press = (event: React.MouseEvent): void => {
    if (!isCollapsed()) return;
    const run = (event.target as HTMLElement).closest<HTMLElement>("[data-run]");
    const at = run ? runs[Number(run.dataset["run"])] : undefined;
    if (at === undefined) return editor.letGo();
    if (at.covers.length === 0) {
      const place = pointsOfSelection(root.current!, editor.index, true);
      if (place && !state.joining) chooseWord(editor, place.start);
      return;
    }
    const ids = at.covers.map(({ span }) => span.id);
    // Again on the same place: what lies around it.
    editor.select(ids[(ids.indexOf(selected ?? "") + 1) % ids.length]!);
  };

  return (
    <div ref={root} data-stage tabIndex={0} role="group" aria-label="Text" className="relative min-h-full px-8 pt-6 pb-16 max-md:px-4 focus-visible:outline-none" onClick={press}>
      <span ref={letter} aria-hidden="true" className="absolute invisible text-[17px]">x</span>
      <div
        data-text
        className={cx("relative max-w-[46rem] mx-auto text-[17px] whitespace-pre-wrap break-words", state.joining && "cursor-crosshair")}
        style={{ lineHeight: `${letterHeight + 8 + above + lanes * LANE}px` }}
      >
        {runs.map((run, index) => (
          <RunView
            key={run.start}
            editor={editor}
            run={run}
            index={index}
            lanes={lanes}
            letterHeight={letterHeight}
            isChosen={covers(passage, run)}
            isPointedOut={covers(pointedOut, run)}
            isFocused={run.start === (passage?.start ?? editor.selectedSpan?.start)}
            selected={selected}
            voices={voices.map((voice, place) => (voice.answer.annotations.some((span) => covers(span, run)) ? (voice.color ?? VOICE_COLORS[place % VOICE_COLORS.length]!) : null))}
          />
        ))}
        <RelationArcs editor={editor} />
      </div>
    </div>
  );
}

const covers = (range: Range | null, run: Run): boolean => range !== null && range.start <= run.start && run.end <= range.end;
const nameOf = (editor: TextEditor, label: string): string => {
  const placed = editor.placedOf(label);
  return placed ? titleOf(placed.label) : label;
};

function chooseWord(editor: TextEditor, at: number): void {
  const word = editor.index.wordFrom(at);
  if (word && word.start <= at) editor.choose(word);
  else editor.select(null);
}

interface RunProps {
  readonly editor: TextEditor;
  readonly run: Run;
  readonly index: number;
  readonly lanes: number;
  readonly letterHeight: number;
  readonly isChosen: boolean;
  readonly isPointedOut: boolean;
  readonly isFocused: boolean;
  readonly selected: string | null;
  /** For each of the voices laid over its colour, where it marked this; else null. */
  readonly voices: readonly (string | null)[];
}

function RunView({ editor, run, index, lanes, letterHeight, isChosen, isPointedOut, isFocused, selected, voices }: RunProps) {
  const text = editor.index.slice(run);
  const top = voices.length * VOICE;
  const bottom = lanes * LANE;
  const layers = [
    ...run.covers.map(({ span, lane }) => {
      const height = span.id === selected ? BAR + 2 : BAR;
      return layer(colorOf(editor, span.label), `100% ${height}px`, `0 calc(100% - ${bottom - lane * LANE - height}px)`);
    }),
    ...voices.flatMap((color, voice) => (color ? [layer(color, "100% 3px", `0 ${voice * VOICE}px`)] : [])),
    ...tintsOf(editor, run, selected, isChosen, isPointedOut).map((color) => layer(color, `100% ${letterHeight}px`, `0 ${top}px`)),
  ];
  const style: React.CSSProperties = {
    paddingTop: top,
    paddingBottom: bottom,
    backgroundImage: layers.map(({ image }) => image).join(", "),
    backgroundSize: layers.map(({ size }) => size).join(", "),
    backgroundPosition: layers.map(({ position }) => position).join(", "),
    backgroundRepeat: "no-repeat",
    boxDecorationBreak: "clone",
    WebkitBoxDecorationBreak: "clone",
  };
  const begins = run.covers.filter(({ span }) => span.start === run.start);
  return (
    <span data-run={index} {...(isFocused ? { "data-focused": "" } : {})} className={cx("relative", run.covers.length > 0 && "cursor-pointer")} style={layers.length > 0 ? style : undefined}>
      {begins.map((cover) => (
        <Name key={cover.span.id} editor={editor} cover={cover} top={top + letterHeight + cover.lane * LANE + BAR} isSelected={cover.span.id === selected} />
      ))}
      <span data-from={editor.index.unitOf(run.start)}>{text}</span>
    </span>
  );
}

const layer = (color: string, size: string, position: string) => ({ image: `linear-gradient(${color}, ${color})`, size, position });
const colorOf = (editor: TextEditor, label: string): string => editor.placedOf(label)?.color ?? "#888888";

/** What lies behind the letters, nearest first. */
function tintsOf(editor: TextEditor, { covers: marks }: Run, selected: string | null, isChosen: boolean, isPointedOut: boolean): string[] {
  const inner = marks[0];
  const chosen = marks.find(({ span }) => span.id === selected);
  return [
    ...(isChosen ? ["color-mix(in srgb, var(--color-accent) 34%, transparent)"] : []),
    ...(isPointedOut ? ["color-mix(in srgb, var(--color-warn-fill) 40%, transparent)"] : []),
    ...(chosen ? [`${colorOf(editor, chosen.span.label)}66`] : inner ? [`${colorOf(editor, inner.span.label)}26`] : []),
  ];
}

/** A label's name under the beginning of its passage. It is drawn, not written: nobody can select it as text. */
function Name({ editor, cover: { span, lane }, top, isSelected }: { editor: TextEditor; cover: Placed; top: number; isSelected: boolean }) {
  const suggested = editor.isSuggested(span);
  return (
    <span
      data-name={nameOf(editor, span.label) + (suggested ? " ?" : "")}
      data-lane={lane}
      aria-hidden="true"
      onClick={(event) => {
        event.stopPropagation();
        editor.select(span.id);
      }}
      className={cx("text-name absolute left-0 h-3 whitespace-nowrap leading-3 text-[11px] cursor-pointer select-none", isSelected ? "font-semibold text-text" : "text-muted", suggested && "italic")}
      style={{ top }}
    />
  );
}

const isCollapsed = (): boolean => document.getSelection()?.isCollapsed ?? true;

/** The browser's selection as a passage: at once with a mouse, after each change with fingers. */
function useSelection(root: React.RefObject<HTMLDivElement | null>, editor: TextEditor): void {
  useEffect(() => {
    const stage = root.current!;
    let touching = false;
    const down = (event: PointerEvent): void => void (touching = event.pointerType !== "mouse");
    const up = (event: PointerEvent): void => {
      if (event.pointerType !== "mouse") return;
      const range = pointsOfSelection(stage, editor.index, false);
      if (range === null) return;
      document.getSelection()?.removeAllRanges();
      // The click that follows would take the word under the pointer.
      const swallow = (click: Event): void => click.stopPropagation();
      window.addEventListener("click", swallow, { capture: true, once: true });
      // Not every browser sends one after a drag, and the next is meant.
      setTimeout(() => window.removeEventListener("click", swallow, true), 0);
      editor.draw(range, event.altKey);
    };
    const changed = (): void => {
      if (!touching) return;
      const range = pointsOfSelection(stage, editor.index, false);
      const passage = range && editor.index.widened(range);
      if (passage) editor.choose(passage);
    };
    stage.addEventListener("pointerdown", down);
    window.addEventListener("pointerup", up);
    document.addEventListener("selectionchange", changed);
    return () => {
      stage.removeEventListener("pointerdown", down);
      window.removeEventListener("pointerup", up);
      document.removeEventListener("selectionchange", changed);
    };
  }, [root, editor]);
}
