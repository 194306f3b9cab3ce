/** Regions that belong together, and how they are put together. */

import { titleOf } from "@assay/annotation";
import { AttributeForm, DOUBT_BELOW, type ObjectVerdict, useEditorState, useIsNarrow } from "@assay/labeling";
import { Button, IconButton, Select, cx, percent } from "@assay/ui";
import type { Group } from "./answer";
import type { DocumentEditor } from "./editor";

/** What can be made of several regions that are selected. */
export function GroupActions({ editor }: { editor: DocumentEditor }) {
  const { selection } = useEditorState(editor);
  if (editor.groupLabels.length === 0 || editor.readOnly) return null;
  const held = editor.selectedGroup;
  if (held !== null) return <HeldGroup key={held.id} editor={editor} group={held} />;
  if (selection.size < 2) return null;
  return (
    <section aria-label="Put together" className="border-b border-border px-3 py-2.5 flex flex-col gap-1.5">
      <h3 className="text-2">
        <strong className="font-semibold">{selection.size} regions</strong> <span className="text-muted">selected. Put them together as</span>
      </h3>
      <div className="flex flex-wrap gap-1">
        {editor.groupLabels.map(({ label, color }) => (
          <Button key={label.name} size="small" onClick={() => editor.group(label.name)}>
            <span className="size-2.5 rounded-[3px]" style={{ background: color }} /> {titleOf(label)}
          </Button>
        ))}
      </div>
    </section>
  );
}

function HeldGroup({ editor, group }: { editor: DocumentEditor; group: Group }) {
  const { selection, problems } = useEditorState(editor);
  const placed = editor.placedOf(group.label);
  const isSame = selection.size === group.members.length && group.members.every((id) => selection.has(id));
  const own = problems.filter(({ markId }) => markId === group.id);
  return (
    <section aria-label="Group" className="border-b border-border px-3 py-2.5 flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <span className="size-3 rounded-[3px] shrink-0" style={{ background: placed?.color ?? "gray" }} />
        {editor.groupLabels.length > 1 ? (
          <Select aria-label="Kind of group" className="grow" value={group.label} onChange={(event) => editor.group(event.target.value)}>
            {editor.groupLabels.map(({ label }) => (
              <option key={label.name} value={label.name}>{titleOf(label)}</option>
            ))}
          </Select>
        ) : (
          <h3 className="text-3 font-semibold grow truncate">{placed ? titleOf(placed.label) : group.label}</h3>
        )}
        <IconButton icon="trash" size="small" label="Take the group apart  (Del)" onClick={() => editor.remove()} />
      </div>
      <p className="text-2 text-muted">
        {isSame ? "Shift-click regions to add them or to take them out." : `${selection.size} regions selected, ${group.members.length} in the group.`}
      </p>
      {!isSame && selection.size > 0 && (
        <Button size="small" variant="primary" className="self-start" onClick={() => editor.regroup()}>
          Make the selection the group  (G)
        </Button>
      )}
      {placed && placed.label.attributes.length > 0 && (
        <AttributeForm attributes={placed.label.attributes} values={group.attributes ?? {}} problems={own} onValue={(name, value) => editor.setGroupAttribute(name, value)} />
      )}
    </section>
  );
}

export function GroupList({ editor, verdicts }: { editor: DocumentEditor; verdicts: ReadonlyMap<string, ObjectVerdict> | null }) {
  const { history, group: held } = useEditorState(editor);
  const { groups, annotations } = history.answer;
  const narrow = useIsNarrow();
  if (editor.groupLabels.length === 0) return null;
  const texts = new Map(annotations.map(({ id, text }) => [id, text]));
  return (
    <section aria-label="Groups" className="border-t border-border shrink-0">
      <h3 className="px-3 h-9 flex items-center text-1 font-semibold text-muted">{groups.length === 1 ? "1 group" : `${groups.length} groups`}</h3>
      {groups.length === 0 && <p className="px-3 pb-3 text-2 text-muted">Select several regions ({narrow ? "tap one, then + at the others" : "Shift-click"}) to put them together.</p>}
      <ul aria-label="Groups" className="px-1.5 pb-1.5">
        {groups.map((group) => {
          const placed = editor.placedOf(group.label);
          const verdict = verdicts?.get(group.id);
          return (
            <li key={group.id}>
              <button
                type="button"
                aria-pressed={group.id === held}
                onClick={() => editor.selectGroup(group.id === held ? null : group.id)}
                className={cx("w-full min-h-8 max-md:min-h-11 px-2 flex items-center gap-2 rounded-medium text-3 text-left", group.id === held ? "bg-accent-soft text-accent" : "hover:bg-hover")}
              >
                <span className="size-2.5 rounded-[3px] shrink-0" style={{ background: placed?.color ?? "gray" }} />
                <span className="shrink-0">{placed ? titleOf(placed.label) : group.label}</span>
                <span dir="auto" className="grow truncate text-2 text-muted">{group.members.map((id) => texts.get(id)).filter(Boolean).join(" · ")}</span>
                {verdict && <span className={cx("text-1", verdict.confidence < DOUBT_BELOW ? "text-warn font-medium" : "text-muted")}>{percent(verdict.confidence)}</span>}
                <span className="text-2 text-muted">{group.members.length}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
