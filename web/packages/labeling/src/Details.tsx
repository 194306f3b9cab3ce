/** What is selected, or the photo itself: names, sizes and questions. */

import { type Attribute, type Label, type Mark, askedAttributes, shapeTitle, sizeOf, titleOf, verticesOf } from "@assay/annotation";
import { Badge, Button, IconButton, Kbd, Select } from "@assay/ui";
import { AttributeForm } from "./AttributeForm";
import type { Editor } from "./editor";
import { useEditorState } from "./follow";
import { Glyph } from "./glyphs";

export function SelectionDetails({ editor }: { editor: Editor }) {
  const { problems, refusal } = useEditorState(editor);
  const marks = editor.selected;
  const [first] = marks;
  if (first === undefined) return null;
  const label = editor.placedOf(first.label);
  const alike = marks.every((mark) => mark.label === first.label);
  const own = problems.filter(({ markId }) => marks.some(({ id }) => id === markId));
  const questions = alike && label ? askedAttributes(label.label.attributes, first.attributes ?? {}) : [];
  const loose = own.filter((problem) => !questions.some(({ name }) => name === problem.attribute));
  return (
    <section aria-label="Selection" className="border-b border-border px-3 py-2.5 flex flex-col gap-2.5">
      <div className="flex items-center gap-2.5 min-h-7">
        {alike && <span className="size-3 rounded-[3px] shrink-0" style={{ background: label?.color ?? "gray" }} />}
        <h3 className="text-3 font-semibold truncate">
          {marks.length > 1 ? `${marks.length} marks` : label ? titleOf(label.label) : first.label}
        </h3>
        {marks.some((mark) => editor.isGiven(mark)) ? <Badge>Given</Badge> : marks.some((mark) => editor.isSuggested(mark)) && <Badge>Suggested</Badge>}
        <span className="ml-auto flex max-md:hidden">
          {editor.tools.length > 1 && <IconButton icon="copy" size="small" label="Duplicate  (Ctrl+D)" onClick={() => editor.duplicate()} />}
          {editor.canRemove && <IconButton icon="trash" size="small" label="Delete  (Del)" onClick={() => editor.remove()} />}
        </span>
      </div>
      {marks.length === 1 && <p className="text-2 text-muted -mt-2">{measure(first, label?.label)}</p>}
      {refusal && <p role="status" className="text-2 text-warn">{refusal}</p>}
      {loose.map(({ field, message }) => (
        <p key={field} role="alert" className="text-2 text-danger">{message}</p>
      ))}
      {alike && label && label.label.attributes.length > 0 && (
        <fieldset disabled={marks.every((mark) => editor.isFixed(mark))} className="min-w-0 disabled:opacity-60">
          <AttributeForm
            key={first.id}
            attributes={label.label.attributes}
            values={first.attributes ?? {}}
            problems={own}
            onValue={(name, value) => editor.setMarkAttribute(name, value)}
            nameable={(attribute) => nameable(editor, attribute, first.id)}
          />
        </fieldset>
      )}
      {marks.length === 1 && editor.taxonomy.relations.length > 0 && <Relations editor={editor} mark={first} />}
    </section>
  );
}

/** The marks that an attribute may name, by their label and their place in the list. */
function nameable(editor: Editor, { type, labels }: Attribute, own: string | null) {
  if (type !== "mark") return [];
  return editor.answer.annotations.flatMap((mark, index) =>
    mark.id !== own && editor.links.relating.names(labels, mark.label) ? [{ id: mark.id, title: calledOf(editor, mark, index) }] : [],
  );
}

function calledOf(editor: Editor, mark: Mark, index: number): string {
  const placed = editor.placedOf(mark.label);
  return `${placed ? titleOf(placed.label) : mark.label} ${index + 1}`;
}

/** What the mark is to others, and the way to say more. */
function Relations({ editor, mark }: { editor: Editor; mark: Mark }) {
  const { linking } = useEditorState(editor);
  const relations = editor.links.of(mark.id);
  return (
    <section aria-label="Relations" className="flex flex-col gap-1.5">
      <h4 className="text-1 font-semibold text-muted">Relations</h4>
      {relations.map(({ id, name, source, target, directed = true }) => {
        const other = source === mark.id ? target : source;
        const index = editor.answer.annotations.findIndex((each) => each.id === other);
        const called = index < 0 ? other : calledOf(editor, editor.answer.annotations[index]!, index);
        const names = editor.links.names(source, target);
        return (
          <div key={id} className="flex items-center gap-1.5 min-h-7 text-2">
            <span aria-hidden="true" className="text-muted">{directed ? (source === mark.id ? "→" : "←") : "↔"}</span>
            {names.length > 1 ? (
              <Select aria-label={`Relation to ${called}`} value={name} onChange={(event) => editor.links.rename(id, event.target.value)} className="w-auto!">
                {names.map((one) => <option key={one.name} value={one.name}>{titleOf(one)}</option>)}
              </Select>
            ) : (
              <span className="font-medium">{name}</span>
            )}
            <button type="button" className="truncate hover:underline" onClick={() => editor.select([other])}>{called}</button>
            <span className="grow" />
            <IconButton icon="close" size="small" label={`Remove the relation ${name} to ${called}`} onClick={() => editor.links.rename(id, null)} />
          </div>
        );
      })}
      {linking === null
        ? editor.links.canStart && <Button size="small" variant="ghost" className="self-start" onClick={() => editor.links.start()}><Glyph name="link" size={15} /> Relate to…&nbsp;<span className="max-md:hidden"><Kbd>R</Kbd></span></Button>
        : <p className="text-2 text-muted">Choose the other mark on the photo.</p>}
    </section>
  );
}

function measure(mark: Mark, label: Label | undefined): string {
  const count = verticesOf(mark);
  const { vertices_min: least = 0, vertices_max: most = null } = label?.limits[mark.type] ?? {};
  const range = most !== null ? ` (${least > 0 ? `${least} to ${most}` : `at most ${most}`})` : least > 0 ? ` (at least ${least})` : "";
  const size = sizeOf(mark);
  const vertices = count === null || range === "" ? "" : ` · ${count} vertices${range}`;
  const turned = (mark.type === "box" || mark.type === "ellipse") && mark.rotation ? ` · ${Math.round(mark.rotation)}°` : "";
  return shapeTitle(mark.type) + (size ? ` · ${Math.round(size.width)} × ${Math.round(size.height)} px` : "") + vertices + turned;
}

export function PhotoDetails({ editor }: { editor: Editor }) {
  const { problems } = useEditorState(editor);
  if (editor.taxonomy.attributes.length === 0) return null;
  return (
    <section aria-label="About the photo" className="border-b border-border px-3 py-2.5">
      <h3 className="text-1 font-semibold text-muted mb-2">About the photo</h3>
      <AttributeForm
        attributes={editor.taxonomy.attributes}
        values={editor.answer.attributes}
        problems={problems.filter(({ markId }) => markId === null)}
        onValue={(name, value) => editor.setImageAttribute(name, value)}
        nameable={(attribute) => nameable(editor, attribute, null)}
      />
    </section>
  );
}
