import { ApiError } from "@assay/client";
import { buttonClass, cx, EmptyState, ErrorState } from "@assay/ui";
import { Link } from "@tanstack/react-router";
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
  back,
  actions,
  children,
  wide = false,
}: {
  title: string;
  description?: ReactNode;
  /** Where one came from, above the heading. */
  back?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  return (
    <div className={cx("mx-auto w-full px-4 sm:px-6 py-5 sm:py-6 flex flex-col gap-5", wide ? "max-w-400" : "max-w-270")}>
      <header className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className={cx("grow", description ? "min-w-60" : "min-w-0")}>
          {back && <div className="mb-1.5 -ml-1 text-3 text-muted">{back}</div>}
          <h1 className="text-6 font-semibold leading-7">{title}</h1>
          {description && <p className="text-3 text-muted mt-1 max-w-160">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** In the place of one thing that could not be loaded. What is not there is not asked for again. */
export function LoadError({ what, error, onRetry }: { what: string; error: unknown; onRetry: () => void }) {
  if (!(error instanceof ApiError) || error.status !== 404) return <ErrorState title={`This ${what} could not be opened`} error={error} onRetry={onRetry} />;
  return (
    <EmptyState
      icon="search"
      title={`There is no such ${what}`}
      action={
        <Link to="/console" className={buttonClass("secondary")}>
          All projects
        </Link>
      }
    >
      It may be another organization's, or its address is mistyped.
    </EmptyState>
  );
}
