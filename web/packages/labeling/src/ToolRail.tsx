/** Tools, undo and redo: a column beside the photo, or a row under it on a phone. */

import type { ToolName } from "@assay/tools";
import { Icon, cx } from "@assay/ui";
import { type Followed, useEditorState } from "./follow";
import { Glyph } from "./glyphs";
import { TOOL_KEYS, toolTitle } from "./keymap";

/** What the rail needs of an editor. */
export interface ToolEditor extends Followed<{ readonly tool: ToolName; readonly cutting?: boolean; readonly history: { readonly done: readonly unknown[]; readonly undone: readonly unknown[] } }> {
  readonly tools: readonly ToolName[];
  setTool(tool: ToolName): void;
  /** Where holes can be cut. */
  readonly canCut?: boolean;
  toggleCutting?(): void;
  undo(): void;
  redo(): void;
}

export function ToolRail({ editor, row = false }: { editor: ToolEditor; row?: boolean }) {
  const { tool, cutting = false, history } = useEditorState(editor);
  return (
    <div role="toolbar" aria-label="Tools" aria-orientation={row ? "horizontal" : "vertical"} className={cx("flex items-center gap-1", !row && "flex-col py-2")}>
      {editor.tools.map((name) => (
        <RailButton key={name} label={toolTitle(name)} hotkey={TOOL_KEYS[name].toUpperCase()} pressed={tool === name && !cutting} onClick={() => editor.setTool(name)} row={row}>
          <Glyph name={name} />
        </RailButton>
      ))}
      {editor.toggleCutting && editor.tools.includes("polygon") && !row && (
        <RailButton label="Cut a hole into the selected polygon" hotkey="C" pressed={cutting} disabled={!editor.canCut} onClick={() => editor.toggleCutting?.()}>
          <Glyph name="hole" />
        </RailButton>
      )}
      <span aria-hidden="true" className={cx("bg-border", row ? "w-px h-6 mx-0.5" : "h-px w-6 my-1")} />
      <RailButton label="Undo" hotkey="Ctrl+Z" disabled={history.done.length === 0} onClick={() => editor.undo()} row={row}>
        <Icon name="undo" size={17} />
      </RailButton>
      <RailButton label="Redo" hotkey="Ctrl+Shift+Z" disabled={history.undone.length === 0} onClick={() => editor.redo()} row={row}>
        <Icon name="redo" size={17} />
      </RailButton>
    </div>
  );
}

interface RailButtonProps {
  readonly label: string;
  readonly hotkey: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly row?: boolean;
  readonly onClick: () => void;
  readonly children: React.ReactNode;
}

function RailButton({ label, hotkey, pressed, disabled = false, row = false, onClick, children }: RailButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={hotkey.replace("Ctrl", "Control")}
      title={`${label}  (${hotkey})`}
      disabled={disabled}
      onClick={onClick}
      className={cx(
        "grid place-items-center rounded-medium transition-colors shrink-0 disabled:opacity-35",
        row ? "size-10" : "size-9",
        pressed ? "bg-accent text-on-accent" : "text-muted not-disabled:hover:text-text not-disabled:hover:bg-hover",
      )}
    >
      {children}
    </button>
  );
}
