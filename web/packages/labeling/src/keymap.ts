/** Every key of the labelling page: one table that the page obeys and the help overlay shows. */

import type { ToolName } from "@assay/tools";
import type { Editor } from "./editor";

/** What keys can ask of the page around the editor. */
export interface PageCommands {
  submit(): void;
  toggleHelp(): void;
  toggleInstructions(): void;
  /** false where there is nothing to look at beside the photo. */
  toggleReference(): boolean;
  searchLabels(): void;
}

export interface Shortcut {
  readonly group: "Draw" | "Change" | "Look" | "Task";
  readonly title: string;
  /** As shown; `Mod` reads Ctrl or ⌘. */
  readonly keys: readonly string[];
  /** As matched, see `chordOf`. */
  readonly chords: readonly string[];
  /** false: nothing was done and the key keeps its usual meaning. */
  readonly run: (editor: Editor, page: PageCommands) => boolean | void;
}

export const TOOL_KEYS: Readonly<Record<ToolName, string>> = { select: "v", box: "b", polygon: "p", polyline: "l", point: "o", ellipse: "e", cuboid: "u" };
const TOOL_TITLES: Readonly<Record<ToolName, string>> = {
  select: "Select and move",
  box: "Box",
  polygon: "Polygon",
  polyline: "Polyline",
  point: "Point",
  ellipse: "Ellipse",
  cuboid: "Cuboid",
};
export const toolTitle = (tool: ToolName): string => TOOL_TITLES[tool];

const toolShortcuts = (Object.keys(TOOL_KEYS) as ToolName[]).map(
  (tool): Shortcut => ({
    group: "Draw",
    title: toolTitle(tool),
    keys: [TOOL_KEYS[tool].toUpperCase()],
    chords: [TOOL_KEYS[tool]],
    run: (editor) => {
      if (!editor.tools.includes(tool)) return false;
      editor.setTool(tool);
      return true;
    },
  }),
);

const ARROWS: readonly (readonly [string, number, number])[] = [
  ["arrowleft", -1, 0],
  ["arrowright", 1, 0],
  ["arrowup", 0, -1],
  ["arrowdown", 0, 1],
];

const nudges = ARROWS.flatMap(([key, dx, dy]): Shortcut[] =>
  [1, 10].map((pixels) => ({
    group: "Change",
    title: "",
    keys: [],
    chords: [pixels === 1 ? key : `shift+${key}`],
    run: (editor) => {
      if (editor.selected.length === 0) return false;
      editor.nudge(dx * pixels, dy * pixels);
      return true;
    },
  })),
);

const stretches = ARROWS.flatMap(([key, dx, dy]): Shortcut[] =>
  [1, 10].map((pixels) => ({
    group: "Change",
    title: "",
    keys: [],
    chords: [pixels === 1 ? `mod+${key}` : `mod+shift+${key}`],
    run: (editor) => {
      if (editor.selected.length === 0) return false;
      editor.stretch(dx * pixels, dy * pixels);
      return true;
    },
  })),
);

const toTool = (key: "Enter" | "Escape" | "Backspace" | "Delete") => (editor: Editor) => void editor.send({ type: "key", key });

export const SHORTCUTS: readonly Shortcut[] = [
  ...toolShortcuts,
  {
    group: "Draw",
    title: "Label for the next marks, or for the selected ones",
    keys: ["1 … 9"],
    chords: [],
    run: () => false,
  },
  { group: "Draw", title: "New mark in the middle, without a mouse", keys: ["N"], chords: ["n"], run: (editor) => editor.addInMiddle() },
  { group: "Draw", title: "Find a label", keys: ["/"], chords: ["/"], run: (_, page) => page.searchLabels() },
  { group: "Draw", title: "Finish a polygon, a polyline or a relation", keys: ["Enter"], chords: ["enter"], run: (editor) => editor.links.finish() || (editor.state.drawing && (toTool("Enter")(editor), true)) },
  { group: "Draw", title: "Relate the selected mark to the next one chosen", keys: ["R"], chords: ["r"], run: (editor) => editor.links.start() },
  { group: "Draw", title: "Take the last vertex back", keys: ["Backspace"], chords: ["backspace"], run: removeOr("Backspace") },
  { group: "Draw", title: "Cut a hole into the selected polygon", keys: ["C"], chords: ["c"], run: (editor) => editor.toggleCutting() },
  { group: "Draw", title: "Stop drawing, let go of the selection", keys: ["Esc"], chords: ["escape"], run: escape },
  { group: "Change", title: "Delete the selection, or the vertex clicked last", keys: ["Del"], chords: ["delete"], run: removeOr("Delete") },
  { group: "Change", title: "Move by a pixel, with Shift by ten", keys: ["←", "↑", "↓", "→"], chords: [], run: () => false },
  ...nudges,
  { group: "Change", title: "Widen or heighten a box", keys: ["Mod+→", "Mod+↓"], chords: [], run: () => false },
  ...stretches,
  { group: "Change", title: "Duplicate", keys: ["Mod+D"], chords: ["mod+d"], run: (editor) => editor.duplicate() },
  { group: "Change", title: "Undo", keys: ["Mod+Z"], chords: ["mod+z"], run: (editor) => editor.undo() },
  { group: "Change", title: "Redo", keys: ["Mod+Shift+Z", "Mod+Y"], chords: ["mod+shift+z", "mod+y"], run: (editor) => editor.redo() },
  { group: "Change", title: "Select everything", keys: ["Mod+A"], chords: ["mod+a"], run: (editor) => editor.select(editor.answer.annotations.map(({ id }) => id)) },
  { group: "Look", title: "Next or previous mark", keys: ["Tab", "Shift+Tab"], chords: ["tab"], run: (editor) => editor.cycle(1) },
  { group: "Look", title: "", keys: [], chords: ["shift+tab"], run: (editor) => editor.cycle(-1) },
  { group: "Look", title: "Zoom in, zoom out", keys: ["+", "−"], chords: ["+", "="], run: (editor) => editor.stage?.zoom(1) },
  { group: "Look", title: "", keys: [], chords: ["-", "_"], run: (editor) => editor.stage?.zoom(-1) },
  { group: "Look", title: "Whole photo", keys: ["F", "0"], chords: ["f", "0"], run: (editor) => editor.stage?.fit() },
  { group: "Look", title: "Zoom to the selection", keys: ["Z"], chords: ["z"], run: (editor) => editor.focusSelection() },
  { group: "Look", title: "Hide or show the selection", keys: ["H"], chords: ["h"], run: (editor) => editor.toggle("hidden", editor.state.selection) },
  { group: "Look", title: "Show everything", keys: ["Shift+H"], chords: ["shift+h"], run: (editor) => editor.showAll() },
  { group: "Look", title: "Lock or unlock the selection", keys: ["K"], chords: ["k"], run: (editor) => editor.toggle("locked", editor.state.selection) },
  { group: "Look", title: "Names on all marks", keys: ["T"], chords: ["t"], run: (editor) => editor.setView({ tags: !editor.state.tags }) },
  { group: "Look", title: "Crosshair", keys: ["X"], chords: ["x"], run: (editor) => editor.setView({ crosshair: !editor.state.crosshair }) },
  { group: "Task", title: "Submit", keys: ["Mod+Enter"], chords: ["mod+enter"], run: (_, page) => page.submit() },
  { group: "Task", title: "Instructions", keys: ["I"], chords: ["i"], run: (_, page) => page.toggleInstructions() },
  { group: "Task", title: "What is for reference beside the photo", keys: ["G"], chords: ["g"], run: (_, page) => page.toggleReference() },
  { group: "Task", title: "This list", keys: ["?"], chords: ["?"], run: (_, page) => page.toggleHelp() },
];

/** What the mouse and fingers do, for the help overlay. */
export const GESTURES: readonly (readonly [string, string])[] = [
  ["Wheel or pinch", "Zoom to the pointer"],
  ["Space and drag, middle button, two fingers", "Move the photo"],
  ["Shift while drawing or resizing a box", "Square, or the same ratio"],
  ["Alt while drawing or resizing a box", "From its centre"],
  ["Ctrl and drag", "Move a mark with any tool in hand"],
  ["Click again on the same place", "The mark underneath"],
  ["Shift-click, Shift-drag", "Select several"],
  ["Click on an outline, Alt-click on a vertex", "Add a vertex, remove it"],
];

function removeOr(key: "Backspace" | "Delete") {
  return (editor: Editor): void => {
    const { history, drawing } = editor.state;
    editor.send({ type: "key", key });
    // The tool took it, if it was drawing or removed a vertex; else the key is about the selection.
    if (!drawing && editor.state.history === history) editor.remove();
  };
}

function escape(editor: Editor): void {
  if (editor.state.linking !== null) editor.links.stop();
  else if (editor.state.cutting) editor.toggleCutting();
  else if (editor.state.drawing) editor.send({ type: "key", key: "Escape" });
  else if (editor.state.selection.size > 0) editor.select([]);
  else editor.send({ type: "key", key: "Escape" });
}

type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/**
 * The key's own name. Where it depends on the keyboard, the place of the key decides: the row of digits gives
 * digits on French keyboards too, and letters are Latin ones on Cyrillic or Greek keyboards.
 */
function keyOf({ key, code, shiftKey }: KeyPress): string {
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit !== undefined && !shiftKey) return digit;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  return letter !== undefined && key.length === 1 && key > "\u007f" ? letter.toLowerCase() : key.toLowerCase();
}

/** A key press as one word: `mod+shift+z`. Signs keep no Shift: which key makes them depends on the keyboard. */
export function chordOf(event: KeyPress): string {
  const key = keyOf(event);
  const isSign = key.length === 1 && key.toUpperCase() === key && !/[a-z]/.test(key);
  const parts = [event.ctrlKey || event.metaKey ? "mod" : "", event.altKey ? "alt" : "", event.shiftKey && !isSign ? "shift" : "", key];
  return parts.filter((part) => part !== "").join("+");
}

const BY_CHORD = new Map(SHORTCUTS.flatMap((shortcut) => shortcut.chords.map((chord) => [chord, shortcut] as const)));

/** Does what the chord stands for; false when it stands for nothing here. */
export function runChord(chord: string, editor: Editor, page: PageCommands): boolean {
  if (/^[1-9]$/.test(chord)) {
    const placed = editor.usable[Number(chord) - 1];
    if (placed) editor.chooseLabel(placed.label.name);
    return placed !== undefined;
  }
  const shortcut = BY_CHORD.get(chord);
  return shortcut !== undefined && shortcut.run(editor, page) !== false;
}
