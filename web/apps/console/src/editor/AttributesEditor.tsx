/** Questions about one mark or the whole photo, each with its kind, its choices, and when it is asked. */
import type { AttributeType } from "@assay/client";
import type { Problems } from "@assay/forms";
import { Button, Checkbox, cx, Field, IconButton, Input, NumberInput, Select } from "@assay/ui";
import { useRef } from "react";
import { type AttributeDraft, newAttribute, type NewKey } from "./draft";

export interface AttributesEditorProps {
  attributes: AttributeDraft[];
  /** The field path the server uses for this list. */
  field: string;
  problems: Problems;
  newKey: NewKey;
  onChange: (attributes: AttributeDraft[], tag: string | null) => void;
  /** Whether all that a form may ask is offered. */
  forms?: boolean;
}

const TYPES: readonly { value: AttributeType; name: string }[] = [
  { value: "category", name: "One of several" },
  { value: "multiselect", name: "Any of several" },
  { value: "number", name: "A number" },
  { value: "text", name: "Text" },
];

const FORM_TYPES: typeof TYPES = [...TYPES, { value: "datetime", name: "A date" }, { value: "group", name: "A group of questions" }];

const hasChoices = (type: AttributeType): boolean => type === "category" || type === "multiselect";

export function AttributesEditor({ attributes, field, problems, newKey, onChange, forms = false }: AttributesEditorProps) {
  const update = (key: string, change: Partial<AttributeDraft>, tag: string | null = null) =>
    onChange(
      attributes.map((attribute) => (attribute.key === key ? { ...attribute, ...change } : attribute)),
      tag && `${key}.${tag}`,
    );
  const remove = (key: string) =>
    onChange(
      attributes
        .filter((attribute) => attribute.key !== key)
        .map((attribute) => (attribute.when?.attributeKey === key ? { ...attribute, when: null } : attribute)),
      null,
    );
  const swap = (index: number, by: -1 | 1) => {
    const moved = attributes[index];
    if (moved) onChange(attributes.toSpliced(index, 1).toSpliced(index + by, 0, moved), null);
  };

  return (
    <div className="flex flex-col gap-2 items-start">
      {attributes.length > 0 && (
        <ol className="w-full border border-border rounded-medium divide-y divide-border bg-surface">
          {attributes.map((attribute, index) => (
            <li key={attribute.key} className="p-3 flex flex-col gap-3">
              <div className="flex gap-1 items-start">
                <div className="grow grid sm:grid-cols-2 gap-3 min-w-0">
                  <Field label="Name" error={problems.at(`${field}[${index}].name`) ?? problems.at(`${field}[${index}]`)}>
                    {(control) => <Input {...control} value={attribute.name} maxLength={100} placeholder="occluded" onChange={(event) => update(attribute.key, { name: event.target.value }, "name")} />}
                  </Field>
                  <Field label="Answer" error={problems.at(`${field}[${index}].type`)}>
                    {(control) => (
                      <Select {...control} value={attribute.type} onChange={(event) => update(attribute.key, { type: event.target.value as AttributeType })}>
                        {(forms ? FORM_TYPES : TYPES).map((type) => (
                          <option key={type.value} value={type.value}>{type.name}</option>
                        ))}
                      </Select>
                    )}
                  </Field>
                </div>
                <span className="flex pt-6">
                  <span className="hidden sm:flex">
                    <IconButton size="small" icon="arrowUp" label="Move question up" disabled={index === 0} onClick={() => swap(index, -1)} />
                    <IconButton size="small" icon="arrowDown" label="Move question down" disabled={index === attributes.length - 1} onClick={() => swap(index, 1)} />
                  </span>
                  <IconButton size="small" icon="trash" label={`Delete question ${attribute.name}`} onClick={() => remove(attribute.key)} />
                </span>
              </div>
              <Field label="Shown as" optional error={problems.at(`${field}[${index}].title`)}>
                {(control) => <Input {...control} value={attribute.title} maxLength={200} placeholder={attribute.name || "How much of it is hidden?"} onChange={(event) => update(attribute.key, { title: event.target.value }, "title")} />}
              </Field>
              {hasChoices(attribute.type) && (
                <Choices attribute={attribute} field={`${field}[${index}].choices`} problems={problems} newKey={newKey} onChange={(choices, tag) => update(attribute.key, { choices }, tag)} />
              )}
              {attribute.type === "number" && (
                <div className="flex gap-3">
                  <Field label="At least" optional error={problems.at(`${field}[${index}].minimum`)}>
                    {(control) => <NumberInput {...control} step="any" value={attribute.minimum} onValue={(minimum) => update(attribute.key, { minimum }, "minimum")} />}
                  </Field>
                  <Field label="At most" optional error={problems.at(`${field}[${index}].maximum`)}>
                    {(control) => <NumberInput {...control} step="any" value={attribute.maximum} onValue={(maximum) => update(attribute.key, { maximum }, "maximum")} />}
                  </Field>
                </div>
              )}
              {attribute.type === "text" && (
                <Field label="At most" error={problems.at(`${field}[${index}].length_max`)}>
                  {(control) => <NumberInput {...control} className="w-40" unit="signs" min={1} value={attribute.length_max} onValue={(value) => update(attribute.key, { length_max: value ?? 2000 }, "length_max")} />}
                </Field>
              )}
              {forms && <FormParts attribute={attribute} at={`${field}[${index}]`} problems={problems} newKey={newKey} onChange={(change, tag) => update(attribute.key, change, tag)} />}
              <Checkbox checked={attribute.required} onChange={(event) => update(attribute.key, { required: event.target.checked })} label="Must be answered" />
              <Condition attribute={attribute} others={attributes.filter((other) => other.key !== attribute.key && hasChoices(other.type))} error={problems.at(`${field}[${index}].when`) ?? problems.at(`${field}[${index}].when.attribute`) ?? problems.at(`${field}[${index}].when.any_of`)} onChange={(when) => update(attribute.key, { when })} />
            </li>
          ))}
        </ol>
      )}
      <Button size="small" icon="add" onClick={() => onChange([...attributes, newAttribute(newKey)], null)}>
        Add question
      </Button>
    </div>
  );
}

interface FormPartsProps {
  attribute: AttributeDraft;
  at: string;
  problems: Problems;
  newKey: NewKey;
  onChange: (change: Partial<AttributeDraft>, tag: string | null) => void;
}

/** What only the questions of a form have. */
function FormParts({ attribute, at, problems, newKey, onChange }: FormPartsProps) {
  const { type } = attribute;
  return (
    <>
      <Field label="Explained below" optional error={problems.at(`${at}.description`)}>
        {(control) => <Input {...control} value={attribute.description} maxLength={2000} onChange={(event) => onChange({ description: event.target.value }, "description")} />}
      </Field>
      {type === "number" && (
        <Field label="Unit" optional error={problems.at(`${at}.unit`)}>
          {(control) => <Input {...control} className="w-28" value={attribute.unit} maxLength={50} placeholder="kg" onChange={(event) => onChange({ unit: event.target.value }, "unit")} />}
        </Field>
      )}
      {type === "multiselect" && (
        <div className="flex gap-3">
          <Field label="Choose at least" optional error={problems.at(`${at}.choices_min`)}>
            {(control) => <NumberInput {...control} min={1} value={attribute.choices_min} onValue={(choices_min) => onChange({ choices_min }, "choices_min")} />}
          </Field>
          <Field label="Choose at most" optional error={problems.at(`${at}.choices_max`)}>
            {(control) => <NumberInput {...control} min={1} value={attribute.choices_max} onValue={(choices_max) => onChange({ choices_max }, "choices_max")} />}
          </Field>
        </div>
      )}
      {type === "datetime" && <Checkbox checked={attribute.time_of_day} onChange={(event) => onChange({ time_of_day: event.target.checked }, null)} label="With the time of day" />}
      {!hasChoices(type) && (
        <Field label="Answers, at most" error={problems.at(`${at}.values_max`)} hint="Above 1, workers can add one more until there are so many.">
          {(control) => <NumberInput {...control} min={1} max={100} value={attribute.values_max} onValue={(value) => onChange({ values_max: value ?? 1 }, "values_max")} />}
        </Field>
      )}
      {type === "group" && (
        <fieldset className="pl-3 border-l-2 border-border">
          <legend className="text-2 font-medium mb-1">Questions of the group</legend>
          {problems.at(`${at}.attributes`) && <p className="text-2 text-danger mb-1">{problems.at(`${at}.attributes`)}</p>}
          <AttributesEditor attributes={attribute.attributes} field={`${at}.attributes`} problems={problems} newKey={newKey} onChange={(attributes, tag) => onChange({ attributes }, tag)} forms />
        </fieldset>
      )}
    </>
  );
}

function Choices({ attribute, field, problems, newKey, onChange }: { attribute: AttributeDraft; field: string; problems: Problems; newKey: NewKey; onChange: (choices: AttributeDraft["choices"], tag: string | null) => void }) {
  const listRef = useRef<HTMLUListElement>(null);
  const { choices } = attribute;
  const add = (at: number) => {
    onChange(choices.toSpliced(at, 0, { key: newKey(), name: "", title: "", children: [] }), null);
    requestAnimationFrame(() => listRef.current?.querySelectorAll("input")[at]?.focus());
  };
  return (
    <fieldset>
      <legend className="text-2 font-medium mb-1">Choices</legend>
      {problems.at(field) && <p className="text-2 text-danger mb-1">{problems.at(field)}</p>}
      <ul ref={listRef} className="flex flex-wrap gap-1.5">
        {choices.map((choice, index) => {
          const wrong = problems.at(`${field}[${index}].name`) ?? problems.at(`${field}[${index}]`);
          return (
            <li key={choice.key} className={cx("inline-flex items-center border rounded-medium bg-surface", wrong ? "border-danger" : "border-border")} title={wrong}>
              <input
                aria-label={`Choice ${index + 1}`}
                aria-invalid={wrong ? true : undefined}
                value={choice.name}
                size={Math.max(6, choice.name.length)}
                maxLength={100}
                onChange={(event) => onChange(choices.map((each) => (each.key === choice.key ? { ...each, name: event.target.value } : each)), `${choice.key}.name`)}
                onKeyDown={(event) => {
                  if (event.key === "Enter") {
                    event.preventDefault();
                    add(index + 1);
                  } else if (event.key === "Backspace" && choice.name === "" && choices.length > 1) {
                    event.preventDefault();
                    onChange(choices.filter((each) => each.key !== choice.key), null);
                    requestAnimationFrame(() => listRef.current?.querySelectorAll("input")[Math.max(0, index - 1)]?.focus());
                  }
                }}
                className="h-7 pl-2 bg-transparent text-3 rounded-medium min-w-0"
              />
              {choice.children.length > 0 && <span className="text-2 text-muted pr-1" title="Finer choices below it, kept as they are. They are changed by the API.">+{choice.children.length}</span>}
              <IconButton size="small" icon="close" label={`Remove choice ${choice.name || index + 1}`} onClick={() => onChange(choices.filter((each) => each.key !== choice.key), null)} />
            </li>
          );
        })}
        <li>
          <IconButton size="small" icon="add" label="Add choice" variant="secondary" onClick={() => add(choices.length)} />
        </li>
      </ul>
    </fieldset>
  );
}

function Condition({ attribute, others, error, onChange }: { attribute: AttributeDraft; others: AttributeDraft[]; error: string | undefined; onChange: (when: AttributeDraft["when"]) => void }) {
  const { when } = attribute;
  if (others.length === 0 && !when) return null;
  const other = others.find((each) => each.key === when?.attributeKey);
  return (
    <div className="flex flex-col gap-2">
      <Checkbox
        checked={when !== null}
        onChange={(event) => onChange(event.target.checked && others[0] ? { attributeKey: others[0].key, any_of: [] } : null)}
        label="Ask only in some cases"
      />
      {when && (
        <div className="flex flex-wrap items-center gap-2 pl-6 text-3">
          <span>When</span>
          <Select aria-label="Depends on" className="w-40" value={when.attributeKey} onChange={(event) => onChange({ attributeKey: event.target.value, any_of: [] })}>
            {!other && <option value={when.attributeKey}>(deleted)</option>}
            {others.map((each) => (
              <option key={each.key} value={each.key}>{each.title || each.name || "(no name)"}</option>
            ))}
          </Select>
          <span>is</span>
          <span className="flex flex-wrap gap-1.5">
            {other?.choices.filter((choice) => choice.name !== "").map((choice) => {
              const on = when.any_of.includes(choice.name);
              return (
                <label key={choice.key} className={cx("inline-flex items-center h-7 px-2 border rounded-medium cursor-pointer has-focus-visible:outline-2 outline-focus", on ? "border-accent bg-accent-soft" : "border-border bg-surface")}>
                  <input
                    type="checkbox"
                    className="sr-only"
                    checked={on}
                    onChange={(event) => onChange({ ...when, any_of: event.target.checked ? [...when.any_of, choice.name] : when.any_of.filter((name) => name !== choice.name) })}
                  />
                  {choice.title || choice.name}
                </label>
              );
            })}
          </span>
        </div>
      )}
      {error && <p className="text-2 text-danger pl-6">{error}</p>}
    </div>
  );
}
