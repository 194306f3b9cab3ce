/** The relations that may join two marks: names, and the labels that their ends may have. */

import type { Problems } from "@assay/forms";
import { Button, Checkbox, Field, IconButton, Input, cx } from "@assay/ui";
import { type LabelDraft, type NewKey, type RelationDraft, allLabels, newRelation } from "./draft";

export interface RelationsEditorProps {
  relations: RelationDraft[];
  labels: LabelDraft[];
  problems: Problems;
  newKey: NewKey;
  onChange: (relations: RelationDraft[], tag: string | null) => void;
}

export function RelationsEditor({ relations, labels, problems, newKey, onChange }: RelationsEditorProps) {
  const update = (key: string, change: Partial<RelationDraft>, tag: string | null = null) =>
    onChange(relations.map((relation) => (relation.key === key ? { ...relation, ...change } : relation)), tag && `${key}.${tag}`);
  return (
    <section className="flex flex-col gap-2">
      <div className="flex items-center gap-3">
        <div className="grow">
          <h2 className="text-3 font-semibold">Relations</h2>
          <p className="text-2 text-muted">How two marks may belong together.</p>
        </div>
        <Button size="small" icon="add" onClick={() => onChange([...relations, newRelation(newKey)], null)}>
          Add relation
        </Button>
      </div>
      {problems.at("taxonomy.relations") && <p className="text-2 text-danger">{problems.at("taxonomy.relations")}</p>}
      {relations.length > 0 && (
        <ul className="border border-border rounded-medium divide-y divide-border">
          {relations.map((relation, index) => {
            const field = `taxonomy.relations[${index}]`;
            return (
              <li key={relation.key} className="p-3 flex flex-col gap-3">
                <div className="flex items-end gap-2">
                  <Field label="Name" className="grow" error={problems.at(`${field}.name`)}>
                    {(control) => <Input {...control} value={relation.name} maxLength={200} placeholder="lives_in" onChange={(event) => update(relation.key, { name: event.target.value }, "name")} />}
                  </Field>
                  <Field label="Shown as" optional className="grow">
                    {(control) => <Input {...control} value={relation.title} maxLength={200} placeholder={relation.name} onChange={(event) => update(relation.key, { title: event.target.value }, "title")} />}
                  </Field>
                  <IconButton icon="trash" label={`Remove ${relation.name || "this relation"}`} onClick={() => onChange(relations.filter(({ key }) => key !== relation.key), null)} />
                </div>
                <Checkbox checked={relation.directed} onChange={(event) => update(relation.key, { directed: event.target.checked })} label="It goes from one to the other" />
                <Ends legend={relation.directed ? "From" : "One end"} labels={labels} keys={relation.sourceKeys} onKeys={(sourceKeys) => update(relation.key, { sourceKeys })} />
                <Ends legend={relation.directed ? "To" : "The other end"} labels={labels} keys={relation.targetKeys} onKeys={(targetKeys) => update(relation.key, { targetKeys })} />
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

interface EndsProps {
  legend: string;
  labels: LabelDraft[];
  keys: readonly string[];
  onKeys: (keys: string[]) => void;
}

/** The labels an end may have; none chosen allows all. */
function Ends({ legend, labels, keys, onKeys }: EndsProps) {
  return (
    <fieldset className="min-w-0">
      <legend className="text-2 font-medium mb-1">{legend} {keys.length === 0 && <span className="text-muted font-normal">(any label)</span>}</legend>
      <div className="flex flex-wrap gap-1">
        {allLabels(labels).map((label) => {
          const on = keys.includes(label.key);
          return (
            <button
              key={label.key}
              type="button"
              aria-pressed={on}
              onClick={() => onKeys(on ? keys.filter((key) => key !== label.key) : [...keys, label.key])}
              className={cx("h-7 max-md:h-9 px-2.5 rounded-medium border text-2", on ? "border-accent bg-accent-soft text-accent" : "border-border bg-raised hover:bg-hover")}
            >
              {label.name || "unnamed"}
            </button>
          );
        })}
      </div>
    </fieldset>
  );
}
