/** The project's instructions beside the photo, so that one can read and draw at once. */

import { IconButton } from "@assay/ui";
import { useEffect, useRef } from "react";
import { LazyMarkdown } from "./Markdown.lazy";

export function Instructions({ text, onClose }: { text: string; onClose: () => void }) {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => ref.current?.focus(), []);
  return (
    <aside
      ref={ref}
      tabIndex={-1}
      aria-label="Instructions"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
      className="absolute z-20 inset-y-0 left-0 w-96 max-md:w-full bg-surface border-r border-border shadow-3 flex flex-col focus-visible:outline-none"
    >
      <header className="flex items-center h-11 pl-4 pr-2 border-b border-border shrink-0">
        <h2 className="text-3 font-semibold grow">Instructions</h2>
        <IconButton icon="close" label="Close  (I)" size="small" onClick={onClose} />
      </header>
      <div className="overflow-y-auto overscroll-contain p-4 grow">
        {text.trim() === "" ? (
          <p className="text-3 text-muted">This project has no instructions.</p>
        ) : (
          <LazyMarkdown>{text}</LazyMarkdown>
        )}
      </div>
    </aside>
  );
}
