/** What is selected, or the photo itself: names, sizes and questions. */

import { type Mark, askedAttributes, shapeTitle, sizeOf, titleOf } from "@assay/annotation";
import { Badge, IconButton } from "@assay/ui";
import { AttributeForm } from "./AttributeForm";
import type { Editor } from "./editor";
import { useEditorState } from "./follow";

export function SelectionDetails({ editor }: { editor: Editor }) {
  const { problems } = useEditorState(editor);
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
        {marks.some((mark) => editor.isSuggested(mark)) && <Badge>Suggested</Badge>}
        <span className="ml-auto flex max-md:hidden">
          <IconButton icon="copy" size="small" label="Duplicate  (Ctrl+D)" onClick={() => editor.duplicate()} />
          <IconButton icon="trash" size="small" label="Delete  (Del)" onClick={() => editor.remove()} />
        </span>
      </div>
      {marks.length === 1 && <p className="text-2 text-muted -mt-2">{measure(first)}</p>}
      {loose.map(({ field, message }) => (
        <p key={field} role="alert" className="text-2 text-danger">{message}</p>
      ))}
      {alike && label && label.label.attributes.length > 0 && (
        <AttributeForm
          key={first.id}
          attributes={label.label.attributes}
          values={first.attributes ?? {}}
          problems={own}
          onValue={(name, value) => editor.setMarkAttribute(name, value)}
        />
      )}
    </section>
  );
}

function measure(mark: Mark): string {
  const size = sizeOf(mark);
  const turned = mark.type === "box" && mark.rotation ? ` · ${Math.round(mark.rotation)}°` : "";
  return shapeTitle(mark.type) + (size ? ` · ${Math.round(size.width)} × ${Math.round(size.height)} px` : "") + turned;
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
      />
    </section>
  );
}
