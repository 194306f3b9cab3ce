/**
 * Menus on Radix, not modal: its modal mode locks the page's scrolling through an injected style element, which
 * our content policy forbids.
 */
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./classes";
import { Icon, type IconName } from "./icons";

export function Menu({ trigger, children, align = "end" }: { trigger: ReactNode; children: ReactNode; align?: "start" | "end" }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-44 max-w-80 p-1 bg-raised text-text border border-border rounded-medium shadow-3"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({ icon, danger = false, disabled = false, onSelect, children }: { icon?: IconName; danger?: boolean; disabled?: boolean; onSelect: () => void; children: ReactNode }) {
  return (
    <DropdownMenu.Item
      disabled={disabled}
      onSelect={onSelect}
      className={cx(
        "flex items-center gap-2 h-8 px-2 rounded-small text-3 outline-none cursor-pointer",
        "data-highlighted:bg-hover data-disabled:opacity-50 data-disabled:cursor-not-allowed",
        danger && "text-danger",
      )}
    >
      {icon ? <Icon name={icon} className={danger ? "" : "text-muted"} /> : null}
      {children}
    </DropdownMenu.Item>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="h-px bg-border my-1 -mx-1" />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2 py-1.5 text-2 text-muted">{children}</DropdownMenu.Label>;
}
