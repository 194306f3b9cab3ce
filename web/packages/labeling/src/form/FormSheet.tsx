/** The page of a form: what it is about on one side, the questions on the other, all of it by keyboard. */

import { isTyping } from "@assay/canvas";
import { Badge, Button, cx, percent } from "@assay/ui";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Instructions } from "../Instructions";
import { DOUBT_BELOW, REASONS } from "../judging";
import { ContentView, type ShownItem } from "./Content";
import { type FormReview, Hints, Questions, focusField } from "./Questions";
import type { FormEditor } from "./editor";

export interface FormSheetProps {
  readonly editor: FormEditor;
  readonly items: readonly ShownItem[];
  readonly instructions: string;
  readonly instructionsOpen?: boolean;
  readonly review?: FormReview | null;
  readonly onSubmit?: () => void;
  /** "page": keys work wherever the focus is. "within": only inside, for a page that has other things on it. */
  readonly keys?: "page" | "within";
  readonly className?: string;
}

export function FormSheet({ editor, items, instructions, instructionsOpen = false, review = null, onSubmit, keys = "page", className }: FormSheetProps) {
  const state = useSyncExternalStore(editor.subscribe, () => editor.state);
  const [reading, setReading] = useState(instructionsOpen);
  const [tall, setTall] = useState(false);
  const isInstructed = instructions.trim() !== "";
  const root = useRef<HTMLDivElement>(null);
  const handle = useRef<(event: KeyboardEvent) => void>(() => {});

  handle.current = (event) => {
    if (document.querySelector("dialog[open], [role=dialog]")) return;
    const onText = event.target instanceof HTMLTextAreaElement;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onSubmit?.();
    } else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Enter" && !onText && isQuestion(event.target)) {
      event.preventDefault();
      goOn(root.current, event.target as HTMLElement, event.shiftKey ? -1 : 1);
    } else if (isTyping(event.target)) return;
    else if (/^[1-9]$/.test(event.key)) choose(root.current, event.target, Number(event.key));
    else if (event.key === "i" || event.key === "I") setReading(!reading);
  };

  useEffect(() => {
    const target: HTMLElement | Window | null = keys === "page" ? window : root.current;
    const listener = (event: Event): void => handle.current(event as KeyboardEvent);
    target?.addEventListener("keydown", listener);
    return () => target?.removeEventListener("keydown", listener);
  }, [keys]);

  // The keys belong to the first question from the start: nobody should have to click first.
  useEffect(() => {
    if (keys === "page" && !instructionsOpen && matchMedia("(min-width: 768px)").matches) {
      const first = root.current?.querySelector<HTMLElement>("[data-question]");
      if (first?.dataset["field"]) focusField(first.dataset["field"]);
    }
  }, [editor, keys, instructionsOpen]);

  const { goTo } = state;
  useEffect(() => {
    if (goTo) focusField(goTo.field);
  }, [goTo]);

  return (
    <div ref={root} className={cx("relative flex min-h-0 grow max-md:flex-col bg-bg", className)}>
      <div className={cx("relative md:grow min-w-0 min-h-0 flex flex-col max-md:border-b border-border bg-sunken", tall ? "max-md:h-[72%]" : "max-md:h-[38%]")}>
        <div tabIndex={0} role="region" aria-label="What the questions are about" className="grow min-h-0 overflow-y-auto overscroll-contain focus-visible:outline-offset-[-2px]">
          <ContentView items={items} />
        </div>
        <div className={cx("shrink-0 flex gap-1 px-2 py-1.5 border-t border-border bg-surface", !isInstructed && "md:hidden")}>
          {isInstructed && (
            <Button size="small" aria-pressed={reading} onClick={() => setReading(!reading)} title="Instructions  (I)" className="max-md:h-9">Instructions</Button>
          )}
          <Button size="small" onClick={() => setTall(!tall)} aria-pressed={tall} className="md:hidden max-md:h-9">
            {tall ? "Show less" : "Show more"}
          </Button>
        </div>
        {reading && <Instructions text={instructions} onClose={() => setReading(false)} />}
      </div>
      <form
        aria-label="Questions"
        onSubmit={(event) => event.preventDefault()}
        className="md:w-[26rem] xl:w-[30rem] shrink-0 max-md:grow max-md:shrink max-md:min-h-0 md:border-l border-border bg-surface flex flex-col min-h-0"
      >
        <div className="grow min-h-0 overflow-y-auto overscroll-contain p-4 flex flex-col gap-6">
          {review && <Summary review={review} />}
          <Questions editor={editor} attributes={editor.attributes} values={state.values} path={[]} review={review} />
        </div>
        {state.problems.length > 0 && (
          <div role="alert" className="shrink-0 border-t border-danger/40 bg-danger-soft text-danger text-3 px-4 py-2">
            {state.problems.length === 1 ? "One answer is missing or wrong." : `${state.problems.length} answers are missing or wrong.`}
          </div>
        )}
        <footer className="shrink-0 border-t border-border px-4 py-2 max-md:hidden">
          <Hints />
        </footer>
      </form>
    </div>
  );
}

function Summary({ review }: { review: FormReview }) {
  return (
    <section aria-label="Review" className="flex flex-col gap-2 border-b border-border pb-4">
      <div className="flex items-center gap-2 flex-wrap">
        <h2 className="text-3 font-semibold grow">Review</h2>
        <Badge tone={review.reason === "low_agreement" ? "warn" : "neutral"}>{REASONS[review.reason] ?? review.reason}</Badge>
      </div>
      {review.voices.length > 1 ? (
        <dl className="flex gap-6 text-2">
          {([["Agreement", review.agreement], ["Confidence", review.confidence]] as const).map(([name, value]) => (
            <div key={name}>
              <dt className="text-muted">{name}</dt>
              <dd className={cx("text-5 font-semibold", value < DOUBT_BELOW ? "text-warn" : "text-text")}>{percent(value)}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className="text-2 text-muted">One annotator has answered this.</p>
      )}
    </section>
  );
}

/** Whether the focus is where an answer is given; other buttons keep their Enter. */
const isQuestion = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("[data-question]") !== null && target.matches("input:not([type=search]), [data-choice]");

const cardsIn = (root: HTMLElement | null): HTMLElement[] => [...(root?.querySelectorAll<HTMLElement>("[data-question]") ?? [])];

/** To the next question, or the one before. */
function goOn(root: HTMLElement | null, from: HTMLElement, by: 1 | -1): void {
  const cards = cardsIn(root);
  const next = cards[cards.indexOf(from.closest<HTMLElement>("[data-question]")!) + by];
  if (next?.dataset["field"]) focusField(next.dataset["field"]);
}

/** Presses a choice of the question that has the focus, else of the first that has none chosen. A single choice leads on. */
function choose(root: HTMLElement | null, target: EventTarget | null, number: number): void {
  const own = target instanceof HTMLElement ? target.closest<HTMLElement>("[data-question]") : null;
  const card = own ?? cardsIn(root).find((each) => each.querySelector("[data-choice]") && !each.querySelector("[aria-checked=true]"));
  const button = card?.querySelector<HTMLElement>(`[data-choice="${number}"]`);
  if (!card || !button) return;
  button.focus({ preventScroll: true });
  button.click();
  if (button.getAttribute("role") === "radio") requestAnimationFrame(() => goOn(root, card, 1));
}
