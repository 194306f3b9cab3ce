import { Skeleton } from "@assay/ui";
import { Suspense, lazy } from "react";

const Rendered = lazy(() => import("./Markdown"));

/** Markdown, its renderer fetched when there is first something to render. */
export function LazyMarkdown({ children }: { children: string }) {
  return (
    <Suspense fallback={<Skeleton className="h-4 w-3/4" />}>
      <Rendered>{children}</Rendered>
    </Suspense>
  );
}
