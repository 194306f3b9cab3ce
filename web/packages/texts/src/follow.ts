import { useSyncExternalStore } from "react";
import type { TextEditor, TextState } from "./editor";

/** The editor's state in a component. It changes once per gesture. */
export const useTextState = (editor: TextEditor): TextState => useSyncExternalStore(editor.subscribe, () => editor.state);
