/** A few rarely used commands behind a button. */

import { type IconName, Icon, IconButton, cx } from "@assay/ui";
import { useEffect, useId, useRef, useState } from "react";

export interface MenuEntry {
  readonly icon: IconName;
  readonly title: string;
  readonly onChoose: () => void;
}

/** Arrow keys move, Enter chooses, Escape and a press elsewhere close. */
export function MoreMenu({ entries }: { entries: readonly MenuEntry[] }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const close = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    window.addEventListener("pointerdown", close);
    return () => window.removeEventListener("pointerdown", close);
  }, [open]);

  const press = (event: React.KeyboardEvent): void => {
    if (!open) return;
    const items = [...(root.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) items[(at + step + items.length) % items.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") {
      setOpen(false);
      root.current?.querySelector("button")?.focus();
    } else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={root} className="relative" onKeyDown={press}>
      <IconButton icon="more" label="More" aria-haspopup="menu" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)} className="max-md:size-9" />
      {open && (
        <div id={id} role="menu" aria-label="More" className="absolute z-40 right-0 top-full mt-1 min-w-48 p-1 bg-raised border border-border rounded-medium shadow-3">
          {entries.map(({ icon, title, onChoose }) => (
            <button
              key={title}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                setOpen(false);
                onChoose();
              }}
              className={cx("w-full h-8 max-md:h-11 px-2 flex items-center gap-2.5 rounded-small text-3 text-left hover:bg-hover focus:bg-hover outline-none")}
            >
              <Icon name={icon} className="text-muted" />
              {title}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
