import { Tabs as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./classes";

/** The look of one tab, shared with links that act as tabs (they say which is current by `aria-current`). */
export const TAB_CLASS =
  "relative inline-flex items-center gap-1.5 h-9 px-1 -outline-offset-2 rounded-small text-3 font-medium text-muted whitespace-nowrap hover:text-text no-underline " +
  "data-[state=active]:text-text aria-[current=page]:text-text " +
  "after:absolute after:inset-x-0 after:-bottom-px after:h-0.5 after:rounded-small " +
  "data-[state=active]:after:bg-accent aria-[current=page]:after:bg-accent";

export function Tabs<T extends string>({ label, value, onValue, tabs, children, className }: { label: string; value: T; onValue: (value: T) => void; tabs: readonly { value: T; label: ReactNode }[]; children: ReactNode; className?: string }) {
  return (
    <Primitive.Root value={value} onValueChange={(next) => onValue(next as T)} className={className ?? ""}>
      <Primitive.List aria-label={label} className="flex gap-4 border-b border-border overflow-x-auto px-4">
        {tabs.map((tab) => (
          <Primitive.Trigger key={tab.value} value={tab.value} className={TAB_CLASS}>
            {tab.label}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {children}
    </Primitive.Root>
  );
}

export function TabPanel({ value, children, className }: { value: string; children: ReactNode; className?: string }) {
  return (
    <Primitive.Content value={value} className={cx("outline-none focus-visible:outline-2", className)}>
      {children}
    </Primitive.Content>
  );
}
