/** Every key of the page for documents: one table that the page obeys and the help overlay shows. */

import type { ToolName } from "@assay/tools";
import type { DocumentEditor } from "./editor";

/** What keys can ask of the page around the editor. */
export interface PageCommands {
  submit(): void;
  toggleHelp(): void;
  toggleInstructions(): void;
  /** Puts the caret into the text of the selected region. */
  editText(): boolean;
}

export interface Shortcut {
  readonly group: "Draw" | "Type" | "Change" | "Look" | "Task";
  readonly title: string;
  /** As shown; `Mod` reads Ctrl or ⌘. */
  readonly keys: readonly string[];
  /** As matched, see `chordOf` of @assay/labeling. */
  readonly chords: readonly string[];
  /** false: nothing was done and the key keeps its usual meaning. */
  readonly run: (editor: DocumentEditor, page: PageCommands) => boolean | void;
}

export const GROUPS: readonly Shortcut["group"][] = ["Draw", "Type", "Change", "Look", "Task"];

const tool = (name: ToolName, title: string, key: string): Shortcut => ({
  group: "Draw",
  title,
  keys: [key.toUpperCase()],
  chords: [key],
  run: (editor) => (editor.tools.includes(name) ? editor.setTool(name) : false),
});

const ARROWS: readonly (readonly [string, number, number])[] = [["arrowleft", -1, 0], ["arrowright", 1, 0], ["arrowup", 0, -1], ["arrowdown", 0, 1]];

const moves = ARROWS.flatMap(([key, dx, dy]): Shortcut[] =>
  [1, 10].flatMap((pixels) => {
    const shift = pixels === 1 ? "" : "shift+";
    const hidden = { group: "Change" as const, title: "", keys: [] };
    const selected = (editor: DocumentEditor, act: () => void): boolean => editor.selected.length > 0 && (act(), true);
    return [
      { ...hidden, chords: [`${shift}${key}`], run: (editor: DocumentEditor) => selected(editor, () => editor.nudge(dx * pixels, dy * pixels)) },
      { ...hidden, chords: [`mod+${shift}${key}`], run: (editor: DocumentEditor) => selected(editor, () => editor.stretch(dx * pixels, dy * pixels)) },
    ];
  }),
);

export const SHORTCUTS: readonly Shortcut[] = [
  tool("select", "Select and move", "v"),
  tool("box", "Box", "b"),
  tool("polygon", "Outline", "p"),
  { group: "Draw", title: "Label for the next regions, or for the selected ones", keys: ["1 … 9"], chords: [], run: () => false },
  { group: "Draw", title: "New region in the middle, without a mouse", keys: ["N"], chords: ["n"], run: (editor) => editor.addInMiddle() },
  { group: "Draw", title: "Put the selected regions together", keys: ["G"], chords: ["g"], run: (editor) => group(editor) },
  { group: "Draw", title: "Finish an outline", keys: ["Enter"], chords: [], run: () => false },
  { group: "Draw", title: "Stop drawing, let go of the selection", keys: ["Esc"], chords: ["escape"], run: (editor) => escape(editor) },
  { group: "Type", title: "Type what stands in the selected region", keys: ["Enter"], chords: ["enter"], run: (editor, page) => enter(editor, page) },
  { group: "Type", title: "While typing: the next region", keys: ["Enter", "Tab"], chords: [], run: () => false },
  { group: "Type", title: "While typing: a new line", keys: ["Shift+Enter"], chords: [], run: () => false },
  { group: "Type", title: "While typing: the region's label", keys: ["Alt+1 … 9"], chords: [], run: () => false },
  { group: "Type", title: "While typing: back to the page, for the next region", keys: ["Esc"], chords: [], run: () => false },
  { group: "Change", title: "Delete the selection; of a group, only that it is one", keys: ["Del"], chords: ["delete", "backspace"], run: (editor) => removeOr(editor) },
  { group: "Change", title: "Move by a pixel, with Shift by ten", keys: ["←", "↑", "↓", "→"], chords: [], run: () => false },
  { group: "Change", title: "Widen or heighten a box", keys: ["Mod+→", "Mod+↓"], chords: [], run: () => false },
  ...moves,
  { group: "Change", title: "Duplicate", keys: ["Mod+D"], chords: ["mod+d"], run: (editor) => editor.duplicate() },
  { group: "Change", title: "Undo", keys: ["Mod+Z"], chords: ["mod+z"], run: (editor) => editor.undo() },
  { group: "Change", title: "Redo", keys: ["Mod+Shift+Z", "Mod+Y"], chords: ["mod+shift+z", "mod+y"], run: (editor) => editor.redo() },
  { group: "Look", title: "Next or previous region", keys: ["Tab", "Shift+Tab"], chords: ["tab"], run: (editor) => editor.cycle(1) },
  { group: "Look", title: "", keys: [], chords: ["shift+tab"], run: (editor) => editor.cycle(-1) },
  { group: "Look", title: "Next or previous page", keys: ["PgDn", "PgUp"], chords: ["pagedown"], run: (editor) => editor.goToPage(editor.state.page + 1) },
  { group: "Look", title: "", keys: [], chords: ["pageup"], run: (editor) => editor.goToPage(editor.state.page - 1) },
  { group: "Look", title: "Zoom in, zoom out", keys: ["+", "−"], chords: ["+", "="], run: (editor) => editor.stage?.zoom(1) },
  { group: "Look", title: "", keys: [], chords: ["-", "_"], run: (editor) => editor.stage?.zoom(-1) },
  { group: "Look", title: "Whole page", keys: ["F", "0"], chords: ["f", "0"], run: (editor) => editor.stage?.fit() },
  { group: "Look", title: "Zoom to the selection", keys: ["Z"], chords: ["z"], run: (editor) => editor.focusSelection() },
  { group: "Look", title: "Hide or show the selection", keys: ["H"], chords: ["h"], run: (editor) => editor.toggleHidden(editor.state.selection) },
  { group: "Look", title: "Show everything", keys: ["Shift+H"], chords: ["shift+h"], run: (editor) => editor.showAll() },
  { group: "Look", title: "Names on all regions", keys: ["T"], chords: ["t"], run: (editor) => editor.setView({ tags: !editor.state.tags }) },
  { group: "Look", title: "Crosshair", keys: ["X"], chords: ["x"], run: (editor) => editor.setView({ crosshair: !editor.state.crosshair }) },
  { group: "Task", title: "Submit", keys: ["Mod+Enter"], chords: ["mod+enter"], run: (_, page) => page.submit() },
  { group: "Task", title: "Instructions", keys: ["I"], chords: ["i"], run: (_, page) => page.toggleInstructions() },
  { group: "Task", title: "This list", keys: ["?"], chords: ["?"], run: (_, page) => page.toggleHelp() },
];

/** What the mouse and fingers do, for the help overlay. */
export const GESTURES: readonly (readonly [string, string])[] = [
  ["Drag over the page", "A box; then type what stands in it"],
  ["Wheel or pinch", "Zoom to the pointer"],
  ["Space and drag, middle button, two fingers", "Move the page"],
  ["Ctrl and drag", "Move a region with any tool in hand"],
  ["Click again on the same place", "The region underneath"],
  ["Shift-click, Shift-drag", "Select several, to put them together"],
];

function group(editor: DocumentEditor): boolean {
  const [first] = editor.groupLabels;
  if (first === undefined || editor.state.selection.size === 0) return false;
  if (editor.selectedGroup !== null) editor.regroup();
  else editor.group(first.label.name);
  return true;
}

function enter(editor: DocumentEditor, page: PageCommands): boolean {
  if (!editor.state.drawing) return page.editText();
  editor.send({ type: "key", key: "Enter" });
  return true;
}

function escape(editor: DocumentEditor): void {
  if (!editor.state.drawing && (editor.state.selection.size > 0 || editor.state.group !== null)) editor.select([]);
  else editor.send({ type: "key", key: "Escape" });
}

function removeOr(editor: DocumentEditor): void {
  const { history, drawing } = editor.state;
  editor.send({ type: "key", key: drawing ? "Backspace" : "Delete" });
  // The tool took it, if it was drawing or removed a vertex; else the key is about the selection.
  if (!drawing && editor.state.history === history) editor.remove();
}

const BY_CHORD = new Map(SHORTCUTS.flatMap((shortcut) => shortcut.chords.map((chord) => [chord, shortcut] as const)));

/** Does what the chord stands for; false when it stands for nothing here. */
export function runChord(chord: string, editor: DocumentEditor, page: PageCommands): boolean {
  if (/^[1-9]$/.test(chord)) {
    const placed = editor.usable[Number(chord) - 1];
    if (placed) editor.chooseLabel(placed.label.name);
    return placed !== undefined;
  }
  const shortcut = BY_CHORD.get(chord);
  return shortcut !== undefined && shortcut.run(editor, page) !== false;
}
