/** What may be looked at beside the photo, docked so that both are in sight. */

import { IconButton } from "@assay/ui";
import { ContentView, type ShownItem } from "./form/Content";

export function Reference({ items, onClose }: { items: readonly ShownItem[]; onClose: () => void }) {
  return (
    <aside aria-label="For reference" className="w-64 xl:w-80 shrink-0 border-r border-border bg-surface flex flex-col min-h-0">
      <header className="flex items-center h-11 pl-4 pr-2 border-b border-border shrink-0">
        <h2 className="text-3 font-semibold grow">For reference</h2>
        <IconButton icon="close" label="Close  (G)" size="small" onClick={onClose} />
      </header>
      <div className="overflow-y-auto overscroll-contain grow">
        <ContentView items={items} column />
      </div>
    </aside>
  );
}
