/**
 * Plain tables with one look. On narrow screens the frame scrolls sideways, never the page; it is positioned, so that
 * names for assistive technology only, which are taken out of the flow, stay inside it.
 */
import type { HTMLAttributes, ReactNode, TdHTMLAttributes, ThHTMLAttributes } from "react";
import { cx } from "./classes";

export function Table({ label, children, className }: { label: string; children: ReactNode; className?: string }) {
  return (
    <div className="relative overflow-x-auto" role="region" aria-label={label} tabIndex={0}>
      <table className={cx("w-full text-3 border-collapse", className)}>{children}</table>
    </div>
  );
}

export function Th({ className, numeric, ...rest }: ThHTMLAttributes<HTMLTableCellElement> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      {...rest}
      className={cx(
        "h-9 px-3 first:pl-4 last:pr-4 text-2 font-medium text-muted border-b border-border whitespace-nowrap",
        numeric ? "text-right" : "text-left",
        className,
      )}
    />
  );
}

export function Tr({ className, ...rest }: HTMLAttributes<HTMLTableRowElement>) {
  return <tr {...rest} className={cx("border-b border-border last:border-b-0 hover:bg-hover/60", className)} />;
}

export function Td({ className, numeric, ...rest }: TdHTMLAttributes<HTMLTableCellElement> & { numeric?: boolean }) {
  return <td {...rest} className={cx("h-11 px-3 py-1.5 first:pl-4 last:pr-4 align-middle", numeric && "text-right", className)} />;
}
