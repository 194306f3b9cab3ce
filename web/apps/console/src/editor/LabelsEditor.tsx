/** The label tree. A row is a label; the chosen one opens in place. */
import { placedLabels, readTaxonomy } from "@assay/annotation";
import type { Shape } from "@assay/client";
import type { Problems } from "@assay/forms";
import { Badge, Button, Checkbox, cx, EmptyState, Field, Icon, IconButton, Input, Menu, MenuItem, MenuSeparator, NumberInput, Select } from "@assay/ui";
import { useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from "react";
import { AttributesEditor } from "./AttributesEditor";
import { type LabelDraft, newLabel, type NewKey, writeDraft, DEFAULT_POLICY } from "./draft";
import { canMove, type DropPlace, dropLabel, freeName, insertLabel, type Move, moveLabel, removeLabel, type TreeRow, treeRows, updateLabel } from "./tree";

export interface LabelsEditorProps {
  labels: LabelDraft[];
  /** Marked in texts, and not on photos. */
  inTexts: boolean;
  /** Marked on pages of documents. */
  onPages: boolean;
  problems: Problems;
  newKey: NewKey;
  onChange: (labels: LabelDraft[], tag: string | null) => void;
}

const SHAPES: readonly { value: Shape; name: string; hint: string }[] = [
  { value: "box", name: "Box", hint: "a rectangle" },
  { value: "polygon", name: "Polygon", hint: "an outline, with holes" },
  { value: "polyline", name: "Line", hint: "an open path" },
  { value: "point", name: "Point", hint: "one spot" },
  { value: "ellipse", name: "Ellipse", hint: "what is round" },
  { value: "cuboid", name: "Cuboid", hint: "a block, seen from a corner" },
];

/** Regions are boxes and outlines; what belongs together is a group of them. */
const PAGE_SHAPES: typeof SHAPES = [
  ...SHAPES.filter(({ value }) => value === "box" || value === "polygon"),
  { value: "group", name: "Group", hint: "regions that belong together" },
];

export function LabelsEditor({ labels, inTexts, onPages, problems, newKey, onChange }: LabelsEditorProps) {
  const [openKey, setOpenKey] = useState<string | null>(labels[0]?.key ?? null);
  const [dragged, setDragged] = useState<string | null>(null);
  const [target, setTarget] = useState<{ key: string; place: DropPlace } | null>(null);
  const listRef = useRef<HTMLUListElement>(null);
  const rows = treeRows(labels);

  // The colours workers will see, also of labels that choose none.
  const colors = useMemo(() => {
    const { taxonomy } = writeDraft({ kind: "image", name: "", instructions: "", labels, attributes: [], relations: [], policy: DEFAULT_POLICY });
    return placedLabels(readTaxonomy(taxonomy)).map((placed) => placed.color);
  }, [labels]);

  const focusName = (key: string) => {
    // After the row exists.
    requestAnimationFrame(() => listRef.current?.querySelector<HTMLInputElement>(`[data-name="${key}"]`)?.select());
  };
  const update = (key: string, change: Partial<LabelDraft>, tag: string | null = null) =>
    onChange(updateLabel(labels, key, (label) => ({ ...label, ...change })), tag && `${key}.${tag}`);
  const add = (parentKey: string | null, index: number) => {
    const made = newLabel(newKey, freeName(labels, inTexts ? "entity" : onPages ? "line" : "object"), inTexts ? "span" : "box");
    const label: LabelDraft = onPages ? { ...made, text: "required" } : made;
    onChange(insertLabel(labels, parentKey, index, label), null);
    setOpenKey(label.key);
    focusName(label.key);
  };
  const move = (key: string, how: Move) => {
    onChange(moveLabel(labels, key, how), null);
    requestAnimationFrame(() => listRef.current?.querySelector<HTMLInputElement>(`[data-name="${key}"]`)?.focus());
  };

  const onNameKey = (event: KeyboardEvent<HTMLInputElement>, row: TreeRow) => {
    const moves: Record<string, Move> = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };
    const how = event.altKey ? moves[event.key] : undefined;
    if (how) {
      event.preventDefault();
      move(row.label.key, how);
    } else if (event.key === "Enter") {
      event.preventDefault();
      add(row.parentKey, row.index + 1);
    }
  };

  const placeOf = (event: DragEvent<HTMLElement>): DropPlace => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    return share < 0.28 ? "before" : share > 0.72 ? "after" : "inside";
  };

  return (
    <section className="flex flex-col gap-2">
      <div className="flex items-center gap-3">
        <div className="grow">
          <h2 className="text-3 font-semibold">Labels</h2>
          <p className="text-2 text-muted">{inTexts ? "What is to be marked in the text. Labels can be nested." : "What is to be marked, and with which shapes. Labels can be nested."}</p>
        </div>
        <Button size="small" icon="add" onClick={() => add(null, labels.length)}>
          Add label
        </Button>
      </div>
      {problems.at("taxonomy.labels") && <p className="text-2 text-danger">{problems.at("taxonomy.labels")}</p>}

      {rows.length === 0 ? (
        <div className="border border-border rounded-medium">
          <EmptyState icon="box" title="No labels yet" action={<Button icon="add" onClick={() => add(null, 0)}>Add the first label</Button>}>
            A project needs at least one label, or a question about the whole {inTexts ? "text" : "photo"}.
          </EmptyState>
        </div>
      ) : (
        <ul ref={listRef} className="border border-border rounded-medium divide-y divide-border">
          {rows.map((row, index) => {
            const { label } = row;
            const open = openKey === label.key;
            const wrong = problems.within(row.field);
            const color = label.color ?? colors[index] ?? "#888888";
            const drop = target?.key === label.key && dragged !== label.key ? target.place : null;
            const title = label.name || "this label";
            return (
              <li key={label.key} className={cx("relative", dragged === label.key && "opacity-40")}>
                {drop && drop !== "inside" && (
                  <span aria-hidden="true" className={cx("absolute inset-x-0 h-0.5 bg-accent z-10", drop === "before" ? "-top-px" : "-bottom-px")} />
                )}
                <div
                  className={cx("flex items-center gap-1.5 pr-1.5 h-11", drop === "inside" && "bg-accent-soft", open && "bg-hover/70")}
                  style={{ paddingLeft: `${6 + row.depth * 22}px` }}
                  onDragOver={(event) => {
                    if (!dragged) return;
                    event.preventDefault();
                    const place = placeOf(event);
                    if (target?.key !== label.key || target.place !== place) setTarget({ key: label.key, place });
                  }}
                  onDrop={(event) => {
                    event.preventDefault();
                    if (dragged) onChange(dropLabel(labels, dragged, label.key, placeOf(event)), null);
                    setDragged(null);
                    setTarget(null);
                  }}
                >
                  <span
                    draggable
                    onDragStart={(event) => {
                      event.dataTransfer.effectAllowed = "move";
                      event.dataTransfer.setData("text/plain", label.name);
                      setDragged(label.key);
                    }}
                    onDragEnd={() => {
                      setDragged(null);
                      setTarget(null);
                    }}
                    title="Drag to reorder or nest; or Alt and the arrow keys in the name"
                    className="text-muted cursor-grab hidden sm:block"
                  >
                    <Icon name="grip" strokeWidth={2.2} />
                  </span>
                  <ColorInput label={`Colour of ${title}`} value={color} onValue={(value) => update(label.key, { color: value }, "color")} />
                  <input
                    data-name={label.key}
                    aria-label="Label name"
                    aria-invalid={problems.at(`${row.field}.name`) ? true : undefined}
                    title="Enter adds another, Alt and arrows move it"
                    value={label.name}
                    maxLength={100}
                    onFocus={() => setOpenKey(label.key)}
                    onChange={(event) => update(label.key, { name: event.target.value }, "name")}
                    onKeyDown={(event) => onNameKey(event, row)}
                    className="grow min-w-0 h-8 px-2 bg-transparent rounded-medium text-3 font-medium border border-transparent hover:border-border focus:border-accent focus:bg-surface aria-invalid:border-danger"
                  />
                  {wrong > 0 && <Icon name="alert" className="text-danger" />}
                  <span className="flex gap-1 text-muted" title={label.shapes.length > 0 ? `Drawn as ${label.shapes.join(", ")}` : "A heading only"}>
                    {label.shapes.length > 0 ? label.shapes.map((shape) => <Icon key={shape} name={shape} size={14} />) : <Badge>heading</Badge>}
                  </span>
                  {label.attributes.length > 0 && <Badge>{label.attributes.length} q.</Badge>}
                  <IconButton
                    icon={open ? "chevronDown" : "chevronRight"}
                    label={open ? `Close ${title}` : `Open ${title}`}
                    aria-expanded={open}
                    size="small"
                    onClick={() => setOpenKey(open ? null : label.key)}
                  />
                  <Menu trigger={<IconButton icon="more" label={`More for ${title}`} size="small" />}>
                    <MenuItem icon="indent" onSelect={() => add(label.key, label.children.length)}>Add a label inside</MenuItem>
                    <MenuItem icon="add" onSelect={() => add(row.parentKey, row.index + 1)}>Add a label below</MenuItem>
                    <MenuSeparator />
                    <MenuItem icon="arrowUp" disabled={!canMove(row, "up")} onSelect={() => move(label.key, "up")}>Move up</MenuItem>
                    <MenuItem icon="arrowDown" disabled={!canMove(row, "down")} onSelect={() => move(label.key, "down")}>Move down</MenuItem>
                    <MenuItem icon="indent" disabled={!canMove(row, "in")} onSelect={() => move(label.key, "in")}>Nest under the one above</MenuItem>
                    <MenuItem icon="outdent" disabled={!canMove(row, "out")} onSelect={() => move(label.key, "out")}>Move out</MenuItem>
                    <MenuSeparator />
                    <MenuItem icon="trash" danger onSelect={() => onChange(removeLabel(labels, label.key), null)}>
                      {label.children.length > 0 ? "Delete with all inside" : "Delete"}
                    </MenuItem>
                  </Menu>
                </div>
                {open && <LabelDetails inTexts={inTexts} onPages={onPages} row={row} problems={problems} newKey={newKey} onUpdate={(change, tag) => update(label.key, change, tag)} />}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

/** The label with one shape more or less; a group is no region, so it has no other shape and no text. */
function shapesWith(label: LabelDraft, offered: readonly Shape[], shape: Shape, on: boolean): Partial<LabelDraft> {
  if (shape === "group" && on) return { shapes: ["group"], text: "none" };
  return { shapes: offered.filter((value) => (value === shape ? on : value !== "group" && label.shapes.includes(value))) };
}

function ColorInput({ label, value, onValue }: { label: string; value: string; onValue: (value: string) => void }) {
  return (
    <span className="relative size-5 shrink-0 rounded-small border border-black/30 overflow-hidden has-focus-visible:outline-2 outline-focus outline-offset-2" style={{ background: value }}>
      <input type="color" aria-label={label} title={label} value={value} onChange={(event) => onValue(event.target.value)} className="absolute inset-0 size-full opacity-0 cursor-pointer" />
    </span>
  );
}

function LabelDetails({ row, inTexts, onPages, problems, newKey, onUpdate }: { row: TreeRow; inTexts: boolean; onPages: boolean; problems: Problems; newKey: NewKey; onUpdate: (change: Partial<LabelDraft>, tag?: string | null) => void }) {
  const { label, field } = row;
  const box = label.shapes.includes("box");
  const offered = onPages ? PAGE_SHAPES : SHAPES;
  const toggle = (shape: Shape, on: boolean) =>
    onUpdate(shapesWith(label, offered.map(({ value }) => value), shape, on));
  return (
    <div className="px-4 pb-4 pt-2 flex flex-col gap-4 bg-hover/30 border-t border-border">
      {problems.at(`${field}.name`) && <p className="text-2 text-danger">{problems.at(`${field}.name`)}</p>}
      {problems.at(field) && <p className="text-2 text-danger">{problems.at(field)}</p>}
      {inTexts && (
        <Checkbox
          checked={label.shapes.length > 0}
          onChange={(event) => onUpdate({ shapes: event.target.checked ? ["span"] : [] })}
          label="Passages are marked with it; else it is a heading over the labels inside it"
        />
      )}
      {!inTexts && <fieldset>
        <legend className="text-2 font-medium mb-1.5">Drawn as</legend>
        <div className="grid grid-cols-2 sm:grid-cols-4 gap-2">
          {offered.map((shape) => {
            const on = label.shapes.includes(shape.value);
            return (
              <label
                key={shape.value}
                className={cx(
                  "flex items-center gap-2 h-9 px-2.5 border rounded-medium cursor-pointer text-3 has-focus-visible:outline-2 outline-focus",
                  on ? "border-accent bg-accent-soft" : "border-border bg-surface hover:border-border-strong",
                )}
                title={shape.hint}
              >
                <input type="checkbox" className="sr-only" checked={on} onChange={(event) => toggle(shape.value, event.target.checked)} />
                <Icon name={shape.value} className={on ? "text-accent" : "text-muted"} />
                {shape.name}
              </label>
            );
          })}
        </div>
        {label.shapes.length === 0 && <p className="text-2 text-muted mt-1.5">Without a shape it is a heading that only groups the labels inside it.</p>}
        {problems.at(`${field}.shapes`) && <p className="text-2 text-danger mt-1">{problems.at(`${field}.shapes`)}</p>}
        {box && <Checkbox className="mt-2" checked={label.rotatable} onChange={(event) => onUpdate({ rotatable: event.target.checked })} label="Boxes may be turned" />}
      </fieldset>}
      {onPages && label.shapes.length > 0 && !label.shapes.includes("group") && (
        <Field label="What stands in it" error={problems.at(`${field}.text`)} className="max-w-xs">
          {(control) => (
            <Select {...control} value={label.text} onChange={(event) => onUpdate({ text: event.target.value as LabelDraft["text"] })}>
              <option value="required">has to be typed</option>
              <option value="optional">may be typed</option>
              <option value="none">is not typed</option>
            </Select>
          )}
        </Field>
      )}
      <div className="flex flex-wrap gap-3 items-start">
        <Field label="Shown as" optional hint="The name above is what exports carry." className="basis-full 2xl:basis-48 grow" error={problems.at(`${field}.title`)}>
          {(control) => <Input {...control} value={label.title} maxLength={200} placeholder={label.name} onChange={(event) => onUpdate({ title: event.target.value }, "title")} />}
        </Field>
        {label.shapes.some((shape) => shape !== "point" && shape !== "span" && shape !== "group") && (
          <>
            <Field label="Least width" error={problems.at(`${field}.width_min`)}>
              {(control) => <NumberInput {...control} className="w-24" min={0} unit="px" value={label.width_min || null} placeholder="0" onValue={(value) => onUpdate({ width_min: value ?? 0 }, "width_min")} />}
            </Field>
            <Field label="Least height" error={problems.at(`${field}.height_min`)}>
              {(control) => <NumberInput {...control} className="w-24" min={0} unit="px" value={label.height_min || null} placeholder="0" onValue={(value) => onUpdate({ height_min: value ?? 0 }, "height_min")} />}
            </Field>
          </>
        )}
      </div>
      {label.shapes.length > 0 && (
        <div className="flex flex-col gap-2">
          <h3 className="text-2 font-medium">Questions about each {label.title || label.name || "mark"}</h3>
          <AttributesEditor attributes={label.attributes} field={`${field}.attributes`} problems={problems} newKey={newKey} onChange={(attributes, tag) => onUpdate({ attributes }, tag)} />
        </div>
      )}
    </div>
  );
}
