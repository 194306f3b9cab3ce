/** What is selected: a passage with its questions and relations, or a relation; and the questions about the whole text. */

import { titleOf } from "@assay/annotation";
import { AttributeForm } from "@assay/labeling";
import { Badge, Button, IconButton, Select } from "@assay/ui";
import type { Relation, Span } from "./answer";
import type { TextEditor } from "./editor";
import { useTextState } from "./follow";
import { excerpt } from "./Lists";

export function SelectionDetails({ editor }: { editor: TextEditor }) {
  const { passage, joining } = useTextState(editor);
  const [span, relation] = [editor.selectedSpan, editor.selectedRelation];
  if (passage) {
    return (
      <section aria-label="Passage" className="border-b border-border px-3 py-2.5">
        <p className="text-2 text-muted">Chosen, not marked yet: press a label</p>
        <p className="text-3 break-words">“{excerpt(editor, passage, 160)}”</p>
      </section>
    );
  }
  if (span) return <SpanDetails key={span.id} editor={editor} span={span} joining={joining} />;
  return relation ? <RelationDetails editor={editor} relation={relation} /> : null;
}

function SpanDetails({ editor, span, joining }: { editor: TextEditor; span: Span; joining: boolean }) {
  const { problems } = useTextState(editor);
  const placed = editor.placedOf(span.label);
  const own = problems.filter(({ markId }) => markId === span.id);
  const loose = own.filter(({ attribute }) => attribute === null);
  return (
    <section aria-label="Selection" className="border-b border-border px-3 py-2.5 flex flex-col gap-2.5">
      <div className="flex items-center gap-2.5 min-h-7">
        <span className="size-3 rounded-[3px] shrink-0" style={{ background: placed?.color ?? "gray" }} />
        <h3 className="text-3 font-semibold truncate">{placed ? titleOf(placed.label) : span.label}</h3>
        {editor.isSuggested(span) && <Badge>Suggested</Badge>}
        <IconButton icon="trash" size="small" label="Delete  (Del)" className="ml-auto" onClick={() => editor.remove()} />
      </div>
      <p className="text-3 break-words -mt-1.5">“{excerpt(editor, span, 160)}”</p>
      {loose.map(({ field, message }) => (
        <p key={field} role="alert" className="text-2 text-danger">{message}</p>
      ))}
      {placed && placed.label.attributes.length > 0 && (
        <AttributeForm attributes={placed.label.attributes} values={span.attributes ?? {}} problems={own} onValue={(name, value) => editor.setSpanAttribute(name, value)} />
      )}
      {editor.taxonomy.relations.length > 0 && <Joining editor={editor} span={span} joining={joining} />}
    </section>
  );
}

function Joining({ editor, span, joining }: { editor: TextEditor; span: Span; joining: boolean }) {
  const types = editor.relationsFrom(span);
  if (joining) {
    return (
      <div role="status" className="flex items-center gap-2 text-2">
        <span className="grow">Click the passage to relate it to.</span>
        <Button size="small" variant="ghost" onClick={() => editor.letGo()}>Cancel</Button>
      </div>
    );
  }
  if (types.length === 0) return null;
  return (
    <div>
      <h4 className="text-1 font-semibold text-muted mb-1.5">Relate to another passage</h4>
      <div className="flex flex-wrap gap-1">
        {types.map((type) => (
          <Button key={type.name} size="small" icon="link" onClick={() => editor.startJoining(type.name)}>
            {titleOf(type)}
          </Button>
        ))}
      </div>
    </div>
  );
}

function RelationDetails({ editor, relation }: { editor: TextEditor; relation: Relation }) {
  const [source, target] = [editor.spanOf(relation.source), editor.spanOf(relation.target)];
  if (source === null || target === null) return null;
  const types = editor.relationsFrom(source, target);
  return (
    <section aria-label="Selection" className="border-b border-border px-3 py-2.5 flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <h3 className="text-3 font-semibold grow">Relation</h3>
        <IconButton icon="trash" size="small" label="Delete  (Del)" onClick={() => editor.remove()} />
      </div>
      <p className="text-3 break-words">“{excerpt(editor, source)}”</p>
      <Select aria-label="Kind of relation" value={relation.name} onChange={(event) => editor.renameRelation(event.target.value)}>
        {types.map((type) => (
          <option key={type.name} value={type.name}>{titleOf(type)}</option>
        ))}
      </Select>
      <p className="text-3 break-words">“{excerpt(editor, target)}”</p>
    </section>
  );
}

export function TextDetails({ editor }: { editor: TextEditor }) {
  const { problems, answer } = useTextState(editor);
  if (editor.taxonomy.attributes.length === 0) return null;
  return (
    <section aria-label="About the text" className="border-b border-border px-3 py-2.5">
      <h3 className="text-1 font-semibold text-muted mb-2">About the text</h3>
      <AttributeForm
        attributes={editor.taxonomy.attributes}
        values={answer.attributes}
        problems={problems.filter(({ markId }) => markId === null)}
        onValue={(name, value) => editor.setTextAttribute(name, value)}
      />
    </section>
  );
}
