/** Keys of a desk: from the page or from what it stands in, unless something with the focus wants them for itself. */

import { isTyping } from "@assay/canvas";
import { type RefObject, useEffect } from "react";
import { chordOf } from "./keymap";

/**
 * Gives each chord to `run`, which says whether it was one of the desk's. `within` null listens on the window. A control
 * with the focus keeps the chords in `controls`.
 */
export function useChords<Editor, Commands>(
  within: RefObject<HTMLElement | null> | null,
  controls: readonly string[],
  run: (chord: string, editor: Editor, commands: Commands) => boolean,
  editor: Editor,
  commands: RefObject<Commands | null>,
): void {
  useEffect(() => {
    const place = within === null ? window : within.current!;
    const press = (event: Event): void => {
      if (!(event instanceof KeyboardEvent) || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      const chord = chordOf(event);
      const { target } = event;
      // A field keeps its keys, except those that leave it: what is being typed is taken first.
      if (isTyping(target)) {
        if (chord !== "mod+enter" && chord !== "escape") return;
        (target as HTMLElement).blur();
        if (chord === "escape") return document.querySelector<HTMLElement>("[data-stage]")?.focus();
      }
      const onStage = target instanceof HTMLElement && (target === document.body || "stage" in target.dataset);
      if (!onStage && controls.includes(chord)) return;
      if (run(chord, editor, commands.current!)) event.preventDefault();
    };
    place.addEventListener("keydown", press);
    return () => place.removeEventListener("keydown", press);
  }, [within, controls, run, editor, commands]);
}
