import { cx } from "@assay/ui";
import { useEffect, type ReactNode } from "react";

/** The name in the browser's tab, most particular first. */
export function useTitle(...parts: (string | undefined)[]): void {
  const title = [...parts.filter(Boolean), "Assay"].join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** The frame of a page with a heading. */
export function PageFrame({
  title,
  description,
  actions,
  children,
  wide = false,
}: {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  return (
    <div className={cx("mx-auto w-full px-4 sm:px-6 py-5 sm:py-6 flex flex-col gap-5", wide ? "max-w-400" : "max-w-270")}>
      <header className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="grow min-w-60">
          <h1 className="text-6 font-semibold leading-7">{title}</h1>
          {description && <p className="text-3 text-muted mt-1 max-w-160">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
