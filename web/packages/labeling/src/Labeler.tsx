/**
 * The labelling page as a component: photo, tools, labels, marks. It knows an editor and a photo; where they come
 * from, and what happens to the answer, is for the page around it.
 */

import type { Photo } from "@assay/canvas";
import { Icon, cx, percent } from "@assay/ui";
import { titleOf } from "@assay/annotation";
import { useEffect, useMemo, useRef, useState } from "react";
import { PhotoDetails, SelectionDetails } from "./Details";
import { Help } from "./Help";
import { Instructions } from "./Instructions";
import { LabelList } from "./LabelList";
import { MarkList } from "./MarkList";
import { BottomSheet, PhoneBar, type Sheet } from "./Phone";
import { Reference } from "./Reference";
import { ContextBar, ProblemBar, ZoomControls } from "./StageControls";
import { StageView } from "./StageView";
import { ToolRail } from "./ToolRail";
import type { Editor } from "./editor";
import { useEditorState, useIsNarrow } from "./follow";
import { Glyph } from "./glyphs";
import { useChords } from "./chords";
import { ContentView, type ShownItem } from "./form/Content";
import { type PageCommands, runChord } from "./keymap";
import { DOUBT_BELOW, type ObjectVerdict, voicesOf } from "./judging";
import { type ReviewInfo, ReviewPanel, byDoubt } from "./review";

// A control with the focus keeps the keys that work it, and Tab always leaves it.
const CONTROL_KEYS = ["enter", "tab", "shift+tab", "arrowleft", "arrowright", "arrowup", "arrowdown"];

export interface LabelerProps {
  readonly editor: Editor;
  /** null while it is on its way. */
  readonly photo: Photo | null;
  /** Shown over the stage while there is no photo: a spinner, or what went wrong. */
  readonly placeholder?: React.ReactNode;
  readonly instructions: string;
  /** What may be looked at beside the photo. */
  readonly reference?: readonly ShownItem[];
  /** Open from the start: the worker has not read these yet. */
  readonly instructionsOpen?: boolean;
  readonly review?: ReviewInfo | null;
  readonly onSubmit?: () => void;
  /** "page": keys work wherever the focus is. "within": only inside, for a page that has other things on it. */
  readonly keys?: "page" | "within";
  readonly className?: string;
}

export function Labeler({ editor, photo, placeholder, instructions, reference = [], instructionsOpen = false, review = null, onSubmit, keys = "page", className }: LabelerProps) {
  const narrow = useIsNarrow();
  const root = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLSpanElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [help, setHelp] = useState(false);
  const [reading, setReading] = useState(instructionsOpen);
  const [sheet, setSheet] = useState<Sheet>(null);
  const isReferred = reference.length > 0;
  const [closed, setClosed] = useState(false);
  const referring = isReferred && !closed;

  const commands = useRef<PageCommands>(null);
  commands.current = {
    submit: () => onSubmit?.(),
    toggleHelp: () => setHelp((open) => !open),
    toggleInstructions: () => setReading((open) => !open),
    toggleReference: () => {
      if (!isReferred) return false;
      if (narrow) setSheet((open) => (open === "reference" ? null : "reference"));
      else setClosed((now) => !now);
      return true;
    },
    searchLabels: () => search.current?.focus(),
  };
  // On a phone what is asked is out of sight until its sheet is open.
  const { problems } = useEditorState(editor);
  const isTroubled = problems.length > 0;
  useEffect(() => {
    if (narrow && isTroubled) setSheet("details");
  }, [narrow, isTroubled]);
  useChords(keys === "page" ? null : root, CONTROL_KEYS, runChord, editor, commands);

  // The keys belong to the photo from the start: nobody should have to click first.
  useEffect(() => {
    if (keys === "page" && !instructionsOpen) root.current?.querySelector<HTMLElement>("[data-stage]")?.focus({ preventScroll: true });
  }, [editor, keys, instructionsOpen]);

  return (
    <div ref={root} className={cx("relative flex min-h-0 grow max-md:flex-col bg-bg", className)}>
      {!narrow && (
        <div className="w-12 shrink-0 border-r border-border bg-surface flex flex-col items-center justify-between">
          <ToolRail editor={editor} />
          <div className="flex flex-col gap-1 pb-2">
            {isReferred && (
              <RailToggle label="For reference  (G)" pressed={referring} onClick={() => setClosed(referring)}>
                <Icon name="image" size={18} />
              </RailToggle>
            )}
            <RailToggle label="Instructions  (I)" pressed={reading} onClick={() => setReading(!reading)}>
              <Glyph name="book" />
            </RailToggle>
            <RailToggle label="Keys and gestures  (?)" pressed={help} onClick={() => setHelp(true)}>
              <Glyph name="help" />
            </RailToggle>
          </div>
        </div>
      )}
      {!narrow && referring && <Reference items={reference} onClose={() => setClosed(true)} />}
      <div className="relative grow min-w-0 min-h-0 bg-sunken">
        <StageView editor={editor} photo={photo} readout={readout} />
        {photo === null && <div className="absolute inset-0 grid place-items-center bg-sunken">{placeholder}</div>}
        <ZoomControls editor={editor} readout={readout} narrow={narrow} />
        <ProblemBar editor={editor} />
        <ContextBar editor={editor} narrow={narrow} onDetails={() => setSheet("details")} />
        {reading && <Instructions text={instructions} onClose={() => setReading(false)} />}
      </div>
      {narrow ? (
        <>
          <PhoneBar editor={editor} sheet={sheet} isReferred={isReferred} onSheet={setSheet} onInstructions={() => setReading(true)} />
          {sheet && (
            <BottomSheet sheet={sheet} isReferred={isReferred} onSheet={setSheet}>
              {sheet === "labels" && <LabelList editor={editor} searchRef={search} onChosen={() => setSheet(null)} />}
              {sheet === "details" && (
                <>
                  {review && <ReviewPanel editor={editor} review={review} />}
                  <SelectionDetails editor={editor} />
                  <PhotoDetails editor={editor} />
                  <NothingToAsk editor={editor} />
                </>
              )}
              {sheet === "marks" && <Marks editor={editor} narrow review={review} />}
              {sheet === "reference" && <ContentView items={reference} column />}
            </BottomSheet>
          )}
        </>
      ) : (
        <div className="w-72 shrink-0 border-l border-border bg-surface flex flex-col min-h-0">
          {review && <ReviewPanel editor={editor} review={review} />}
          <section aria-label="Labels" className="border-b border-border pt-2 flex flex-col max-h-[42%] min-h-24">
            <div className="overflow-y-auto">
              <LabelList editor={editor} searchRef={search} />
            </div>
          </section>
          <div className="overflow-y-auto shrink-0 max-h-[50%]">
            <SelectionDetails editor={editor} />
            <PhotoDetails editor={editor} />
          </div>
          <Marks editor={editor} narrow={false} review={review} />
        </div>
      )}
      <Announcer editor={editor} />
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}

function Marks({ editor, narrow, review }: { editor: Editor; narrow: boolean; review: ReviewInfo | null }) {
  const { history, problems } = useEditorState(editor);
  const marks = history.answer.annotations;
  const suggested = useMemo(() => marks.filter((mark) => editor.isSuggested(mark)).length, [marks, editor]);
  const ordered = useMemo(() => (review ? byDoubt(marks, review.objects) : marks), [marks, review]);
  const verdicts = useMemo(() => new Map(review?.objects.map((object) => [object.annotation_id, object])), [review]);
  return (
    <section aria-label="Marks" className="grow min-h-0 flex flex-col">
      <header className="flex items-center gap-2 px-3 h-9 shrink-0 text-1 font-semibold text-muted">
        <h3 className="grow">
          {marks.length === 1 ? "1 mark" : `${marks.length} marks`}
          {suggested > 0 && <span className="font-normal"> · {suggested} suggested</span>}
        </h3>
        {problems.length > 0 && (
          <button type="button" className="text-danger inline-flex items-center gap-1" onClick={() => editor.goTo(problems[0]!)}>
            <Icon name="alert" size={13} />
            {problems.length === 1 ? "1 problem" : `${problems.length} problems`}
          </button>
        )}
      </header>
      {marks.length === 0 ? (
        <p className="px-3 text-2 text-muted">Nothing is marked yet. {editor.usable.length > 0 ? "Choose a label and draw on the photo." : "This project asks for no marks."}</p>
      ) : (
        <MarkList
          editor={editor}
          narrow={narrow}
          marks={ordered}
          {...(review && review.voices.length > 1 ? { note: (mark) => <VerdictNote verdict={verdicts.get(mark.id)} review={review} /> } : {})}
        />
      )}
    </section>
  );
}

/** Who marked it, where there were several, and how sure the merge is. */
function VerdictNote({ verdict, review }: { verdict: ObjectVerdict | undefined; review: ReviewInfo }) {
  if (verdict === undefined) return <>new</>;
  const voices = voicesOf(verdict, review.voices);
  return (
    <span className="inline-flex gap-2" title={`Marked by ${voices.join(", ")}`}>
      <span className="text-1 tracking-wider">{voices.join("")}</span>
      <span className={cx("w-9 text-right", verdict.confidence < DOUBT_BELOW && "text-warn font-medium")}>{percent(verdict.confidence)}</span>
    </span>
  );
}

/** Says what happened to those who cannot see it. */
function Announcer({ editor }: { editor: Editor }) {
  const { history, selection } = useEditorState(editor);
  const [only] = selection.size === 1 ? editor.selected : [];
  const placed = only && editor.placedOf(only.label);
  const count = history.answer.annotations.length;
  return (
    <p role="status" className="sr-only">
      {placed ? `${titleOf(placed.label)} selected. ` : ""}
      {count === 1 ? "1 mark" : `${count} marks`}
    </p>
  );
}

function NothingToAsk({ editor }: { editor: Editor }) {
  const { selection } = useEditorState(editor);
  if (selection.size > 0 || editor.taxonomy.attributes.length > 0) return null;
  return <p className="p-4 text-3 text-muted">Select a mark to see its details.</p>;
}

function RailToggle({ label, pressed, onClick, children }: { label: string; pressed: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
      className={cx("size-9 grid place-items-center rounded-medium hover:bg-hover", pressed ? "text-accent bg-accent-soft" : "text-muted hover:text-text")}
    >
      {children}
    </button>
  );
}
