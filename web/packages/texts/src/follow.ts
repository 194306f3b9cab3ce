import { useSyncExternalStore } from "react";
import type { TextEditor } from "./editor";
import type { TextState } from "./state";

/** The editor's state in a component. It changes once per gesture. */
export const useTextState = (editor: TextEditor): TextState => useSyncExternalStore(editor.subscribe, () => editor.state);
