/** The questions about one mark, or about the photo. */

import { type Attribute, type AttributeValue, type AttributeValues, type PlacedProblem, askedAttributes, titleOf } from "@assay/annotation";
import { Checkbox, Field, Input, Select, Textarea, cx } from "@assay/ui";
import { useEffect, useState } from "react";

export interface AttributeFormProps {
  readonly attributes: readonly Attribute[];
  readonly values: AttributeValues;
  readonly problems: readonly PlacedProblem[];
  readonly onValue: (name: string, value: AttributeValue | undefined) => void;
  /** The marks that an attribute may name. */
  readonly nameable?: (attribute: Attribute) => readonly { readonly id: string; readonly title: string }[];
}

/** Few choices are buttons, one press each; more are a list. */
const BUTTONS_MAX = 5;

export function AttributeForm({ attributes, values, problems, onValue, nameable }: AttributeFormProps) {
  return (
    <div className="flex flex-col gap-3">
      {askedAttributes(attributes, values).map((attribute) => (
        <Question
          key={attribute.name}
          attribute={attribute}
          value={values[attribute.name]}
          problem={problems.find((problem) => problem.attribute === attribute.name)?.message}
          onValue={(value) => onValue(attribute.name, value)}
          nameable={nameable?.(attribute) ?? []}
        />
      ))}
    </div>
  );
}

interface QuestionProps {
  readonly attribute: Attribute;
  readonly value: AttributeValue | undefined;
  readonly problem: string | undefined;
  readonly onValue: (value: AttributeValue | undefined) => void;
  readonly nameable: readonly { readonly id: string; readonly title: string }[];
}

function Question(props: QuestionProps) {
  const { attribute, value, problem, onValue, nameable } = props;
  const isGroup = attribute.type === "multiselect" || (attribute.type === "category" && attribute.choices.length <= BUTTONS_MAX);
  const name = (
    <>
      {titleOf(attribute)}
      {attribute.required && <span className="text-danger" title="Required"> *<span className="sr-only"> required</span></span>}
    </>
  );
  if (isGroup) {
    return (
      <fieldset className="min-w-0">
        <legend className="text-2 font-medium mb-1">{name}</legend>
        {attribute.type === "multiselect" ? <ManyChoices {...props} /> : <OneChoice {...props} />}
        {problem && <p className="text-2 text-danger mt-1">{problem}</p>}
      </fieldset>
    );
  }
  return (
    <Field label={name} error={problem} hint={hintOf(attribute)}>
      {(control) => {
        if (attribute.type === "category") {
          return (
            <Select {...control} value={typeof value === "string" ? value : ""} onChange={(event) => onValue(event.target.value || undefined)}>
              <option value="">Choose…</option>
              {attribute.choices.map((choice) => (
                <option key={choice.name} value={choice.name}>{titleOf(choice)}</option>
              ))}
            </Select>
          );
        }
        if (attribute.type === "mark") {
          return (
            <Select {...control} value={typeof value === "string" ? value : ""} onChange={(event) => onValue(event.target.value || undefined)}>
              <option value="">{nameable.length > 0 ? "Choose a mark…" : "No mark to choose yet"}</option>
              {nameable.map(({ id, title }) => <option key={id} value={id}>{title}</option>)}
            </Select>
          );
        }
        if (attribute.type === "across" || attribute.type === "down") return <ShareAnswer {...props} control={control} />;
        return <TypedAnswer {...props} control={control} />;
      }}
    </Field>
  );
}

function hintOf({ type, minimum, maximum }: Attribute): string | undefined {
  if (type === "angle") return "Degrees, 0 to 360";
  if (type === "across") return "From the left edge to the right";
  if (type === "down") return "From the top edge to the bottom";
  if (type !== "number" || (minimum === null && maximum === null)) return undefined;
  if (minimum === null) return `At most ${maximum}`;
  return maximum === null ? `At least ${minimum}` : `${minimum} to ${maximum}`;
}

function OneChoice({ attribute, value, onValue }: QuestionProps) {
  return (
    <div role="group" className="flex flex-wrap gap-1">
      {attribute.choices.map((choice) => {
        const chosen = value === choice.name;
        return (
          <button
            key={choice.name}
            type="button"
            aria-pressed={chosen}
            onClick={() => onValue(chosen ? undefined : choice.name)}
            className={cx(
              "h-7 max-md:h-9 px-2.5 rounded-medium border text-2 font-medium transition-colors",
              chosen ? "bg-accent text-on-accent border-transparent" : "bg-raised border-border hover:bg-hover",
            )}
          >
            {titleOf(choice)}
          </button>
        );
      })}
    </div>
  );
}

function ManyChoices({ attribute, value, onValue }: QuestionProps) {
  const chosen: readonly string[] = Array.isArray(value) ? value : [];
  return (
    <div className="flex flex-col gap-1">
      {attribute.choices.map(({ name, title }) => (
        <Checkbox
          key={name}
          label={title ?? name}
          checked={chosen.includes(name)}
          onChange={(event) => {
            // In the order of the choices, so that two annotators who mean the same also write the same.
            const next = attribute.choices.map((choice) => choice.name).filter((each) => (each === name ? event.target.checked : chosen.includes(each)));
            onValue(next.length > 0 ? next : undefined);
          }}
        />
      ))}
    </div>
  );
}

/** A place in a mark as a share of its width or height. */
function ShareAnswer({ value, onValue, control }: QuestionProps & { control: object }) {
  const share = typeof value === "number" ? value : null;
  return (
    <span className="flex items-center gap-2">
      <input {...control} type="range" min={0} max={1} step={0.01} value={share ?? 0.5} onChange={(event) => onValue(Number(event.target.value))} className="grow min-w-0 accent-accent" />
      <output className="text-2 text-muted w-10 text-right">{share === null ? "–" : `${Math.round(share * 100)} %`}</output>
    </span>
  );
}

/** Numbers and text are one step of undo each, taken when the field is left. */
function TypedAnswer({ attribute, value, onValue, control }: QuestionProps & { control: object }) {
  const stored = value === undefined ? "" : String(value);
  const [text, setText] = useState(stored);
  useEffect(() => setText(stored), [stored]);
  const commit = (): void => {
    const trimmed = text.trim();
    if (trimmed === stored) return;
    if (trimmed === "") onValue(undefined);
    else if (attribute.type === "text") onValue(trimmed);
    else if (Number.isFinite(Number(trimmed.replace(",", ".")))) onValue(Number(trimmed.replace(",", ".")));
    else setText(stored);
  };
  const shared = { ...control, value: text, onBlur: commit };
  if (attribute.type === "text" && attribute.length_max > 120) {
    return <Textarea {...shared} rows={2} maxLength={attribute.length_max} onChange={(event) => setText(event.target.value)} />;
  }
  if (attribute.type === "datetime") {
    return <Input {...control} type={attribute.time_of_day ? "datetime-local" : "date"} value={stored} onChange={(event) => onValue(event.target.value || undefined)} />;
  }
  return (
    <Input
      {...shared}
      inputMode={attribute.type === "text" ? "text" : "decimal"}
      {...(attribute.type === "text" ? { maxLength: attribute.length_max } : {})}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.currentTarget.blur()}
    />
  );
}
