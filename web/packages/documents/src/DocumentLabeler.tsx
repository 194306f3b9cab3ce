/**
 * The page for documents as a component: pages, the page in sight, labels, regions with their texts, groups. It knows
 * an editor; where the pages come from, and what happens to the answer, is for the page around it.
 */

import { titleOf } from "@assay/annotation";
import { AttributeForm, Glyph, Help, Instructions, LabelList, StageView, ToolRail, ZoomControls, useChords, useEditorState, useIsNarrow } from "@assay/labeling";
import { Button, Icon, Spinner, cx } from "@assay/ui";
import { useEffect, useMemo, useRef, useState } from "react";
import type { DocumentEditor } from "./editor";
import { type PageAddress, type PageInSight, usePage } from "./follow";
import { GroupActions, GroupList } from "./Groups";
import { GESTURES, GROUPS, type PageCommands, SHORTCUTS, runChord } from "./keymap";
import { PageRail, PageSteps } from "./Pages";
import { RegionList } from "./Regions";
import { type DocumentReview, Readings, ReviewPanel } from "./Review";

// A control with the focus keeps the keys that work it, and Tab always leaves it.
const CONTROL_KEYS = ["enter", "tab", "shift+tab", "arrowleft", "arrowright", "arrowup", "arrowdown"];
const STAGE = "Page. Tab goes through the regions, Enter types what stands in the selected one, arrow keys move it, N makes a new one, Page Up and Page Down turn pages, ? lists all keys.";

export interface DocumentLabelerProps {
  readonly editor: DocumentEditor;
  readonly pages: readonly PageAddress[];
  /** The pages with fresh addresses. */
  readonly refreshed?: () => Promise<readonly PageAddress[] | null>;
  readonly instructions: string;
  readonly instructionsOpen?: boolean;
  readonly review?: DocumentReview | null;
  readonly onSubmit?: () => void;
  readonly onReport?: () => void;
  /** "page": keys work wherever the focus is. "within": only inside, for a page that has other things on it. */
  readonly keys?: "page" | "within";
}

export function DocumentLabeler({ editor, pages, refreshed, instructions, instructionsOpen = false, review = null, onSubmit, onReport, keys = "page" }: DocumentLabelerProps) {
  const narrow = useIsNarrow();
  const root = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLSpanElement>(null);
  const [help, setHelp] = useState(false);
  const [reading, setReading] = useState(instructionsOpen);
  const { page } = useEditorState(editor);
  const inSight = usePage(pages, page, refreshed);

  const commands = useRef<PageCommands>(null);
  commands.current = {
    submit: () => onSubmit?.(),
    toggleHelp: () => setHelp((open) => !open),
    toggleInstructions: () => setReading((open) => !open),
    editText: () => {
      const [only] = editor.selected;
      const field = only && root.current?.querySelector<HTMLElement>(`textarea[data-region="${CSS.escape(only.id)}"]`);
      field?.focus();
      return field !== null && field !== undefined;
    },
  };
  useChords(keys === "page" ? null : root, CONTROL_KEYS, runChord, editor, commands);
  useEffect(() => {
    if (keys === "page" && !instructionsOpen) root.current?.querySelector<HTMLElement>("[data-stage]")?.focus({ preventScroll: true });
  }, [editor, keys, instructionsOpen]);

  return (
    <div ref={root} className="relative flex min-h-0 grow max-md:flex-col bg-bg">
      {!narrow && (
        <div className="w-12 shrink-0 border-r border-border bg-surface flex flex-col items-center justify-between">
          <ToolRail editor={editor} />
          <div className="flex flex-col gap-1 pb-2">
            <RailToggle label="Instructions  (I)" pressed={reading} onClick={() => setReading(!reading)}>
              <Glyph name="book" />
            </RailToggle>
            <RailToggle label="Keys and gestures  (?)" pressed={help} onClick={() => setHelp(true)}>
              <Glyph name="help" />
            </RailToggle>
          </div>
        </div>
      )}
      {!narrow && pages.length > 1 && <PageRail editor={editor} pages={pages} />}
      {narrow && (
        <div className="shrink-0 flex items-center gap-1 px-1 border-b border-border bg-surface overflow-x-auto no-scrollbar">
          <ToolRail editor={editor} row />
          <RailToggle label="Instructions" pressed={reading} onClick={() => setReading(!reading)}>
            <Glyph name="book" />
          </RailToggle>
          <span className="grow" />
          {pages.length > 1 && <PageSteps editor={editor} pages={pages} />}
        </div>
      )}
      <div className="relative grow min-w-0 min-h-0 bg-sunken">
        <StageView editor={editor} photo={inSight.photo} readout={readout} label={STAGE} />
        {inSight.photo === null && (
          <div className="absolute inset-0 grid place-items-center bg-sunken">
            <PageState inSight={inSight} {...(onReport ? { onReport } : {})} />
          </div>
        )}
        <ZoomControls editor={editor} readout={readout} narrow={narrow} />
        <DrawingBar editor={editor} />
        <ProblemBar editor={editor} />
        {reading && <Instructions text={instructions} onClose={() => setReading(false)} />}
      </div>
      <SidePanel editor={editor} review={review} narrow={narrow} />
      <Announcer editor={editor} />
      {help && <Help onClose={() => setHelp(false)} shortcuts={SHORTCUTS} groups={GROUPS} gestures={GESTURES} />}
    </div>
  );
}

function SidePanel({ editor, review, narrow }: { editor: DocumentEditor; review: DocumentReview | null; narrow: boolean }) {
  const { history, problems } = useEditorState(editor);
  const search = useRef<HTMLInputElement>(null);
  const regions = history.answer.annotations;
  const verdicts = useMemo(() => (review && review.voices.length > 1 ? new Map(review.objects.map((object) => [object.annotation_id, object])) : null), [review]);
  const untyped = regions.filter(({ label, text }) => text.trim() === "" && editor.placedOf(label)?.label.text === "required").length;
  return (
    <aside aria-label="Labels and regions" className={cx("bg-surface border-border flex flex-col min-h-0", narrow ? "border-t h-[46%] overflow-y-auto shrink-0" : "w-84 shrink-0 border-l")}>
      {review && <ReviewPanel editor={editor} review={review} />}
      <section aria-label="Labels" className={cx("border-b border-border pt-2 shrink-0", !narrow && "max-h-[34%] overflow-y-auto")}>
        {narrow ? <LabelChips editor={editor} /> : <LabelList editor={editor} searchRef={search} />}
      </section>
      <GroupActions editor={editor} />
      <div className={cx("min-h-0 flex flex-col", !narrow && "grow overflow-y-auto overscroll-contain")}>
        <WholeDetails editor={editor} />
        <h3 className="px-3 h-9 shrink-0 flex items-center gap-2 text-1 font-semibold text-muted">
          <span className="grow">
            {regions.length === 1 ? "1 region" : `${regions.length} regions`}
            {untyped > 0 && <span className="font-normal"> · {untyped} to type</span>}
          </span>
          {problems.length > 0 && <span className="text-danger font-medium">{problems.length === 1 ? "1 problem" : `${problems.length} problems`}</span>}
        </h3>
        {regions.length === 0 ? (
          <p className="px-3 pb-3 text-2 text-muted">Nothing is marked yet. Choose a label, draw around what you read, and type it here.</p>
        ) : (
          <RegionList editor={editor} verdicts={verdicts} {...(review ? { below: (region) => <Readings editor={editor} region={region} review={review} /> } : {})} />
        )}
        <GroupList editor={editor} verdicts={verdicts} />
      </div>
    </aside>
  );
}

/** On a phone labels lie side by side: the pages need the height. */
function LabelChips({ editor }: { editor: DocumentEditor }) {
  const { label: inHand } = useEditorState(editor);
  return (
    <ul aria-label="Labels" className="flex gap-1.5 px-2 pb-2 overflow-x-auto no-scrollbar">
      {editor.usable.filter(({ label }) => !label.shapes.includes("group")).map(({ label, color }) => (
        <li key={label.name} className="shrink-0">
          <button
            type="button"
            aria-pressed={label.name === inHand}
            onClick={() => editor.chooseLabel(label.name)}
            className={cx("h-10 px-3 rounded-medium border text-3 flex items-center gap-2", label.name === inHand ? "border-accent bg-accent-soft text-accent font-medium" : "border-border bg-raised")}
          >
            <span className="size-3 rounded-[3px]" style={{ background: color }} />
            {titleOf(label)}
          </button>
        </li>
      ))}
    </ul>
  );
}

function WholeDetails({ editor }: { editor: DocumentEditor }) {
  const { problems, history } = useEditorState(editor);
  if (editor.taxonomy.attributes.length === 0) return null;
  return (
    <section aria-label="About the document" className="border-b border-border px-3 py-2.5 shrink-0">
      <h3 className="text-1 font-semibold text-muted mb-2">About the document</h3>
      <AttributeForm
        attributes={editor.taxonomy.attributes}
        values={history.answer.attributes}
        problems={problems.filter(({ markId }) => markId === null)}
        onValue={(name, value) => editor.setWholeAttribute(name, value)}
      />
    </section>
  );
}

function PageState({ inSight: { problem, retry }, onReport }: { inSight: PageInSight; onReport?: () => void }) {
  if (problem === null) {
    return (
      <p role="status" className="flex items-center gap-2 text-3 text-muted">
        <Spinner /> Fetching the page…
      </p>
    );
  }
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-6 text-center">
      <p className="text-3 max-w-sm">{problem}</p>
      <div className="flex gap-2">
        <Button icon="retry" onClick={retry}>Try again</Button>
        {onReport && <Button variant="ghost" onClick={onReport}>Report a problem…</Button>}
      </div>
    </div>
  );
}

function DrawingBar({ editor }: { editor: DocumentEditor }) {
  const { drawing } = useEditorState(editor);
  if (!drawing) return null;
  return (
    <div className="absolute bottom-3 left-1/2 -translate-x-1/2 flex items-center gap-0.5 p-1 bg-raised/95 border border-border shadow-2 rounded-medium">
      <Button size="small" variant="primary" icon="check" onClick={() => editor.send({ type: "key", key: "Enter" })}>Finish</Button>
      <Button size="small" variant="ghost" onClick={() => editor.send({ type: "key", key: "Backspace" })}>Take back</Button>
      <Button size="small" variant="ghost" onClick={() => editor.send({ type: "key", key: "Escape" })}>Cancel</Button>
    </div>
  );
}

/** What still has to be put right, one thing at a time, until nothing is left. */
function ProblemBar({ editor }: { editor: DocumentEditor }) {
  const { problems } = useEditorState(editor);
  const [first] = problems;
  if (first === undefined) return null;
  return (
    <div role="alert" className="absolute top-3 inset-x-3 flex justify-center pointer-events-none">
      <button type="button" onClick={() => editor.goTo(first)} className="pointer-events-auto max-w-full flex items-center gap-2 min-h-9 px-3 py-1.5 rounded-medium border border-danger/40 bg-danger-soft text-danger text-3 font-medium text-left shadow-2">
        <Icon name="alert" className="shrink-0" />
        <span>{first.message}</span>
        {problems.length > 1 && <span className="font-normal whitespace-nowrap">1 of {problems.length}</span>}
      </button>
    </div>
  );
}

/** Says what happened to those who cannot see it. */
function Announcer({ editor }: { editor: DocumentEditor }) {
  const { history, selection, page } = useEditorState(editor);
  const [only] = selection.size === 1 ? editor.selected : [];
  const placed = only && editor.placedOf(only.label);
  const count = history.answer.annotations.length;
  return (
    <p role="status" className="sr-only">
      {editor.pages.length > 1 ? `Page ${page + 1} of ${editor.pages.length}. ` : ""}
      {placed ? `${titleOf(placed.label)}${only.text ? `, ${only.text}` : ""} selected. ` : ""}
      {count === 1 ? "1 region" : `${count} regions`}
    </p>
  );
}

function RailToggle({ label, pressed, onClick, children }: { label: string; pressed: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
      className={cx("size-9 shrink-0 grid place-items-center rounded-medium hover:bg-hover", pressed ? "text-accent bg-accent-soft" : "text-muted hover:text-text")}
    >
      {children}
    </button>
  );
}
