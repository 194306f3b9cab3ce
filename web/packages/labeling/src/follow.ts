import { useCallback, useSyncExternalStore } from "react";

/** An editor as far as components follow it: of photos, of documents. */
export interface Followed<State> {
  readonly state: State;
  readonly subscribe: (listener: () => void) => () => void;
}

/** The editor's state in a component. It changes once per gesture, never while the pointer moves. */
export const useEditorState = <State>(editor: Followed<State>): State =>
  useSyncExternalStore(editor.subscribe, () => editor.state);

/** Whether the page is as narrow as a phone. The same width is Tailwind's `md`. */
export function useIsNarrow(): boolean {
  const query = "(max-width: 767px)";
  const subscribe = useCallback((listener: () => void) => {
    const list = matchMedia(query);
    list.addEventListener("change", listener);
    return () => list.removeEventListener("change", listener);
  }, []);
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}
