/** Every key of the page for texts: one table that the page obeys and the help overlay shows. */

import type { TextEditor } from "./editor";

/** What keys can ask of the page around the editor. */
export interface PageCommands {
  submit(): void;
  toggleHelp(): void;
  toggleInstructions(): void;
}

export interface Shortcut {
  readonly group: "Choose" | "Mark" | "Change" | "Task";
  readonly title: string;
  readonly keys: readonly string[];
  /** As matched, see `chordOf` of @assay/labeling. */
  readonly chords: readonly string[];
  /** false: nothing was done and the key keeps its usual meaning. */
  readonly run: (editor: TextEditor, page: PageCommands) => boolean | void;
}

/** The keys of labels, in their order; letters that mean something else are left out. */
export const LABEL_KEYS: readonly string[] = [..."123456789qweasdzxctfgvbyhnujmkolp"];

const stretch = (chord: string, edge: "start" | "end", direction: 1 | -1, by: "word" | "letter"): Shortcut => ({
  group: "Choose",
  title: "",
  keys: [],
  chords: [chord],
  run: (editor) => {
    if (editor.state.passage === null && editor.selectedSpan === null) return false;
    editor.stretch(edge, direction, by);
    return true;
  },
});

export const SHORTCUTS: readonly Shortcut[] = [
  { group: "Choose", title: "Next or previous word", keys: ["→", "←"], chords: ["arrowright"], run: (editor) => editor.step(1) },
  { group: "Choose", title: "", keys: [], chords: ["arrowleft"], run: (editor) => editor.step(-1) },
  { group: "Choose", title: "A word more or less at the end", keys: ["Shift+→", "Shift+←"], chords: [], run: () => false },
  stretch("shift+arrowright", "end", 1, "word"),
  stretch("shift+arrowleft", "end", -1, "word"),
  { group: "Choose", title: "A word more or less at the beginning", keys: ["Mod+←", "Mod+→"], chords: [], run: () => false },
  stretch("mod+arrowright", "start", 1, "word"),
  stretch("mod+arrowleft", "start", -1, "word"),
  { group: "Choose", title: "The same by single letters: end, beginning", keys: [".", ",", ">", "<"], chords: [], run: () => false },
  stretch(".", "end", 1, "letter"),
  stretch(",", "end", -1, "letter"),
  stretch(">", "start", 1, "letter"),
  stretch("<", "start", -1, "letter"),
  { group: "Choose", title: "Next or previous marked passage", keys: ["Tab", "Shift+Tab"], chords: ["tab"], run: (editor) => editor.cycle(1) },
  { group: "Choose", title: "", keys: [], chords: ["shift+tab"], run: (editor) => editor.cycle(-1) },
  { group: "Mark", title: "Mark the passage, relabel the selection, or take the label in hand", keys: ["1 … 9", "Q", "W", "…"], chords: [], run: () => false },
  {
    group: "Mark",
    title: "Mark the passage with the label in hand",
    keys: ["Enter"],
    chords: ["enter"],
    run: (editor) => {
      const { passage, label } = editor.state;
      if (passage === null || label === null) return false;
      editor.mark(passage, label);
      return true;
    },
  },
  { group: "Mark", title: "Relate the selection to what is clicked next", keys: ["R"], chords: ["r"], run: (editor) => editor.startJoining() },
  { group: "Change", title: "Delete the selection", keys: ["Del"], chords: ["delete", "backspace"], run: (editor) => editor.remove() },
  { group: "Change", title: "Undo", keys: ["Mod+Z"], chords: ["mod+z"], run: (editor) => editor.undo() },
  { group: "Change", title: "Redo", keys: ["Mod+Shift+Z", "Mod+Y"], chords: ["mod+shift+z", "mod+y"], run: (editor) => editor.redo() },
  { group: "Change", title: "Let go, step by step", keys: ["Esc"], chords: ["escape"], run: (editor) => editor.letGo() },
  { group: "Task", title: "Submit", keys: ["Mod+Enter"], chords: ["mod+enter"], run: (_, page) => page.submit() },
  { group: "Task", title: "Instructions", keys: ["I"], chords: ["i"], run: (_, page) => page.toggleInstructions() },
  { group: "Task", title: "This list", keys: ["?"], chords: ["?"], run: (_, page) => page.toggleHelp() },
];

/** What the mouse and fingers do, for the help overlay. */
export const GESTURES: readonly (readonly [string, string])[] = [
  ["Draw over a passage", "Choose it, whole words; with a label in hand it is marked at once"],
  ["Alt while drawing", "Exactly the letters drawn over"],
  ["Click a word", "Choose it"],
  ["Click what is marked, click again", "Select it, then what lies around it"],
];

const BY_CHORD = new Map(SHORTCUTS.flatMap((shortcut) => shortcut.chords.map((chord) => [chord, shortcut] as const)));

/** Does what the chord stands for; false when it stands for nothing here. */
export function runChord(chord: string, editor: TextEditor, page: PageCommands): boolean {
  const shortcut = BY_CHORD.get(chord);
  if (shortcut) return shortcut.run(editor, page) !== false;
  const placed = editor.usable[LABEL_KEYS.indexOf(chord)];
  if (placed === undefined) return false;
  editor.chooseLabel(placed.label.name);
  return true;
}
