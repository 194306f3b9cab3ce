/** The questions of a form, each a card: what is asked, ways to answer, and for a reviewer what others said. */

import { type Attribute, type Choice, askedAttributes, leavesOf, titleOf } from "@assay/annotation";
import { Badge, Button, Field, IconButton, Input, Kbd, Textarea, cx, percent } from "@assay/ui";
import { useEffect, useState } from "react";
import { DOUBT_BELOW } from "../judging";
import type { FormEditor } from "./editor";
import { type Path, type Value, type Values, fieldOf, inWords, isValues } from "./values";

export interface FormVoice {
  readonly name: string;
  readonly values: Values;
}

/** `sure`: by question, how sure the merge is. */
export interface FormReview {
  readonly agreement: number;
  readonly confidence: number;
  readonly reason: string;
  readonly voices: readonly FormVoice[];
  readonly sure: ReadonlyMap<string, number>;
}

interface QuestionsProps {
  readonly editor: FormEditor;
  readonly attributes: readonly Attribute[];
  readonly values: Values;
  readonly path: Path;
  readonly review: FormReview | null;
}

export function Questions({ editor, attributes, values, path, review }: QuestionsProps) {
  return (
    <>
      {askedAttributes(attributes, values).map((attribute) => (
        <Question key={attribute.name} editor={editor} attribute={attribute} value={values[attribute.name]} path={[...path, attribute.name]} review={review} />
      ))}
    </>
  );
}

interface QuestionProps {
  readonly editor: FormEditor;
  readonly attribute: Attribute;
  readonly value: Value | undefined;
  readonly path: Path;
  readonly review: FormReview | null;
}

function Question({ editor, attribute, value, path, review }: QuestionProps) {
  const problem = editor.problemAt(path);
  const voices = review && path.length === 1 && review.voices.length > 1 ? review : null;
  const shared = { editor, attribute, path };
  const name = <Name attribute={attribute} sure={voices?.sure.get(attribute.name)} />;
  if (attribute.values_max > 1) {
    return (
      <Group field={fieldOf(path)} name={name} attribute={attribute} problem={problem}>
        <Several {...shared} list={Array.isArray(value) ? (value as readonly Value[]) : []} />
        {voices && <Voices {...shared} value={value} review={voices} />}
      </Group>
    );
  }
  if (attribute.type === "category" || attribute.type === "multiselect") {
    return (
      <Group field={fieldOf(path)} name={name} attribute={attribute} problem={problem} question>
        <Choices {...shared} value={value} />
        {voices && <Voices {...shared} value={value} review={voices} />}
      </Group>
    );
  }
  if (attribute.type === "group") {
    return (
      <Group field={fieldOf(path)} name={name} attribute={attribute} problem={problem}>
        <Inner {...shared} value={value} />
        {voices && <Voices {...shared} value={value} review={voices} />}
      </Group>
    );
  }
  return (
    <div data-field={fieldOf(path)} data-question="" className="flex flex-col gap-2 scroll-my-4">
      <Field label={name} error={problem} hint={[attribute.description, boundsOf(attribute)].filter(Boolean).join(" · ") || undefined}>
        {(control) => <Typed {...shared} value={value} control={control} />}
      </Field>
      {voices && <Voices {...shared} value={value} review={voices} />}
    </div>
  );
}

function Name({ attribute, sure }: { attribute: Attribute; sure: number | undefined }) {
  return (
    <span className="inline-flex items-center gap-2 text-3 font-semibold">
      <span>
        {titleOf(attribute)}
        {attribute.required && <span className="text-danger" title="Required"> *<span className="sr-only"> required</span></span>}
      </span>
      {sure !== undefined && sure < DOUBT_BELOW && <Badge tone="warn">{percent(sure)} sure</Badge>}
    </span>
  );
}

interface GroupProps {
  readonly field: string;
  readonly name: React.ReactNode;
  readonly attribute: Attribute;
  readonly problem: string | undefined;
  readonly question?: boolean;
  readonly children: React.ReactNode;
}

function Group({ field, name, attribute, problem, question = false, children }: GroupProps) {
  return (
    <fieldset data-field={field} data-question={question ? "" : undefined} tabIndex={-1} className="min-w-0 flex flex-col gap-2 scroll-my-4 focus-visible:outline-none">
      <legend className="mb-1">{name}</legend>
      {attribute.description && <p className="text-2 text-muted -mt-1">{attribute.description}</p>}
      {children}
      {problem && <p role="alert" className="text-2 text-danger">{problem}</p>}
    </fieldset>
  );
}

function boundsOf({ type, minimum, maximum }: Attribute): string | undefined {
  if (type !== "number" || (minimum === null && maximum === null)) return undefined;
  if (minimum === null) return `At most ${maximum}`;
  return maximum === null ? `At least ${minimum}` : `${minimum} to ${maximum}`;
}

interface AnswerProps {
  readonly editor: FormEditor;
  readonly attribute: Attribute;
  readonly path: Path;
}

/** Past this many a list is looked through by typing. */
const SEARCHED_FROM = 13;

/** One button a choice, all one stop of the Tab key: the arrows move within, the number keys choose. */
function Choices({ editor, attribute, path, value }: AnswerProps & { value: Value | undefined }) {
  const [sought, setSought] = useState("");
  const many = attribute.type === "multiselect";
  const leaves = leavesOf(attribute.choices);
  const chosen = Array.isArray(value) ? (value as string[]) : typeof value === "string" ? [value] : [];
  const matches = (choice: Choice): boolean => titleOf(choice).toLocaleLowerCase().includes(sought.trim().toLocaleLowerCase());
  const shown = leaves.filter(matches);
  const toggle = (name: string): void => {
    const has = chosen.includes(name);
    if (!many) return editor.set(path, has ? undefined : name);
    // In the order of the choices, so that two people who mean the same also write the same.
    const next = leaves.map((leaf) => leaf.name).filter((each) => (each === name ? !has : chosen.includes(each)));
    editor.set(path, next.length > 0 ? next : undefined);
  };
  const stop = shown.find(({ name }) => chosen.includes(name)) ?? shown[0];
  const button = (choice: Choice): React.ReactNode => {
    const at = shown.indexOf(choice);
    if (at < 0) return null;
    const on = chosen.includes(choice.name);
    return (
      <button
        key={choice.name}
        type="button"
        data-choice={at + 1}
        tabIndex={choice === stop ? 0 : -1}
        {...(many ? { role: "checkbox", "aria-checked": on } : { role: "radio", "aria-checked": on })}
        aria-label={titleOf(choice)}
        onClick={() => toggle(choice.name)}
        className={cx(
          "min-h-8 max-md:min-h-11 px-2.5 py-1 rounded-medium border text-3 text-left inline-flex items-center gap-2 transition-colors",
          on ? "bg-accent text-on-accent border-transparent font-medium" : "bg-raised border-border hover:bg-hover",
        )}
      >
        {at < 9 && <span aria-hidden="true" className={cx("max-md:hidden text-1 tabular-nums", on ? "opacity-80" : "text-muted")}>{at + 1}</span>}
        <span className="min-w-0 break-words">{titleOf(choice)}</span>
      </button>
    );
  };
  const tree = (choices: readonly Choice[]): React.ReactNode =>
    choices.map((choice) => {
      if (choice.children.length === 0) return button(choice);
      if (!leavesOf([choice]).some((leaf) => shown.includes(leaf))) return null;
      return (
        <div key={choice.name} role="group" aria-label={titleOf(choice)} className="w-full flex flex-col gap-1.5 pt-1">
          <span className="text-2 font-medium text-muted">{titleOf(choice)}</span>
          <div className="flex flex-wrap gap-1.5 pl-3 border-l border-border">{tree(choice.children)}</div>
        </div>
      );
    });
  return (
    <div className="flex flex-col gap-2">
      {leaves.length >= SEARCHED_FROM && (
        <Input
          type="search"
          aria-label={`Search ${titleOf(attribute)}`}
          placeholder={`Search ${leaves.length} choices`}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !shown[0]) return;
            event.preventDefault();
            event.stopPropagation();
            toggle(shown[0].name);
            setSought("");
          }}
        />
      )}
      <div
        role={many ? "group" : "radiogroup"}
        aria-label={titleOf(attribute)}
        className="flex flex-wrap gap-1.5 max-h-80 overflow-y-auto p-1 -m-1"
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-choice]")];
          buttons[(buttons.indexOf(event.target as HTMLElement) + by + buttons.length) % buttons.length]?.focus();
        }}
      >
        {tree(attribute.choices)}
      </div>
      {many && (attribute.choices_min !== null || attribute.choices_max !== null) && (
        <p className="text-2 text-muted">{choicesAsked(attribute)}</p>
      )}
    </div>
  );
}

const choicesAsked = ({ choices_min: least, choices_max: most }: Attribute): string =>
  least === null ? `At most ${most}` : most === null ? `At least ${least}` : least === most ? `Exactly ${least}` : `${least} to ${most}`;

/** Several values, one below the other, with a way to add one more while there may be. */
function Several({ editor, attribute, path, list }: AnswerProps & { list: readonly Value[] }) {
  const single = { ...attribute, values_max: 1, title: null, required: false };
  const shown = list.length > 0 ? list : [""];
  const add = (): void => {
    editor.set([...path, shown.length], attribute.type === "group" ? {} : "");
    requestAnimationFrame(() => focusField(fieldOf([...path, shown.length])));
  };
  return (
    <>
      <ol className="flex flex-col gap-2">
        {shown.map((value, index) => (
          <li key={index} className="flex gap-1 items-start">
            <div className={cx("grow min-w-0", attribute.type === "group" && "border border-border rounded-medium p-3 flex flex-col gap-4")}>
              {attribute.type === "group" ? (
                <Questions editor={editor} attributes={attribute.attributes} values={isValues(value) ? value : {}} path={[...path, index]} review={null} />
              ) : (
                <div data-field={fieldOf([...path, index])} data-question="">
                  <Field label={`${titleOf(attribute)} ${index + 1}`} labelHidden error={editor.problemAt([...path, index])}>
                    {(control) => <Typed editor={editor} attribute={single} path={[...path, index]} value={value} control={control} />}
                  </Field>
                </div>
              )}
            </div>
            <IconButton icon="close" label={`Remove ${titleOf(attribute)} ${index + 1}`} size="small" disabled={list.length === 0} onClick={() => {
              const rest = list.filter((_, at) => at !== index);
              editor.set(path, rest.length > 0 ? rest : undefined);
            }} />
          </li>
        ))}
      </ol>
      <div>
        <Button size="small" icon="add" disabled={shown.length >= attribute.values_max} onClick={add}>
          Add another
        </Button>
      </div>
    </>
  );
}

function Inner({ editor, attribute, path, value }: AnswerProps & { value: Value | undefined }) {
  return (
    <div className="pl-3 border-l-2 border-border flex flex-col gap-4">
      <Questions editor={editor} attributes={attribute.attributes} values={isValues(value) ? value : {}} path={path} review={null} />
    </div>
  );
}

/** Text, numbers and dates. What cannot be read as a number stays as it was typed, and is said to be none. */
function Typed({ editor, attribute, path, value, control }: AnswerProps & { value: Value | undefined; control: object }) {
  const stored = typeof value === "number" ? (Number.isFinite(value) ? String(value) : null) : typeof value === "string" ? value : "";
  const [text, setText] = useState(stored ?? "");
  useEffect(() => {
    // Keystrokes on their way to a number ("1.", "-") are not taken back by what they come to.
    if (stored !== null) setText((now) => (attribute.type === "number" && now !== "" && stored !== "" && Number(now.replace(",", ".")) === Number(stored) ? now : stored));
  }, [stored, attribute.type]);
  const change = (next: string): void => {
    setText(next);
    const bare = next.trim();
    if (bare === "") editor.set(path, undefined);
    else editor.set(path, attribute.type === "number" ? Number(bare.replace(",", ".")) : next);
  };
  const shared = { ...control, value: text, onChange: (event: { target: { value: string } }) => change(event.target.value) };
  if (attribute.type === "text" && attribute.length_max > 120) {
    return <Textarea {...shared} rows={3} dir="auto" maxLength={attribute.length_max} />;
  }
  if (attribute.type === "datetime") {
    return <Input {...shared} type={attribute.time_of_day ? "datetime-local" : "date"} className="max-w-60" />;
  }
  if (attribute.type === "number") {
    return (
      <span className="flex items-center gap-2">
        <Input {...shared} inputMode="decimal" className="max-w-40" />
        {attribute.unit && <span className="text-3 text-muted">{attribute.unit}</span>}
      </span>
    );
  }
  return <Input {...shared} dir="auto" maxLength={attribute.length_max} />;
}

/** What each annotator answered, and whose answer stands; one press takes theirs. */
function Voices({ editor, attribute, path, value, review }: AnswerProps & { value: Value | undefined; review: FormReview }) {
  const now = inWords(attribute, value);
  return (
    <ul aria-label={`What annotators answered: ${titleOf(attribute)}`} className="flex flex-col gap-0.5">
      {review.voices.map(({ name, values }) => {
        const said = inWords(attribute, values[attribute.name]);
        const stands = said === now;
        return (
          <li key={name} className={cx("flex items-start gap-2 text-2 px-2 py-1 rounded-small", stands ? "bg-ok-soft" : "bg-sunken")}>
            <span className="font-semibold w-4 shrink-0">{name}</span>
            <span className={cx("grow min-w-0 break-words whitespace-pre-wrap", values[attribute.name] === undefined && "text-muted")}>{said}</span>
            {!stands && (
              <button type="button" className="text-accent font-medium shrink-0 max-md:min-h-9 hover:underline" aria-label={`Use ${name}'s answer`} onClick={() => editor.set(path, values[attribute.name])}>
                Use
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Puts the focus where the answer to a field is given. */
export function focusField(field: string): void {
  const card = [...document.querySelectorAll<HTMLElement>("[data-field]")].find((each) => each.dataset["field"] === field);
  const control = card?.querySelector<HTMLElement>("[data-choice][tabindex='0'], input, textarea") ?? card;
  control?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest" });
}

export function Hints() {
  return (
    <p className="flex flex-wrap gap-x-3 gap-y-1 text-2 text-muted">
      <span><Kbd>1</Kbd>–<Kbd>9</Kbd> choose</span>
      <span><Kbd>Tab</Kbd> or <Kbd>Enter</Kbd> next</span>
      <span><Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd> submit</span>
    </p>
  );
}
