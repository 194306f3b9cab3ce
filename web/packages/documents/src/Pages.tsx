/** The pages of a document, small, in a column or a row: to see where one is and to go elsewhere. */

import { Icon, IconButton, cx } from "@assay/ui";
import { useEditorState } from "@assay/labeling";
import { useEffect, useRef } from "react";
import type { DocumentEditor } from "./editor";
import type { PageAddress } from "./follow";

export const pageName = (pages: readonly PageAddress[], page: number): string => pages[page]?.title ?? `Page ${page + 1}`;

export function PageRail({ editor, pages }: { editor: DocumentEditor; pages: readonly PageAddress[] }) {
  const { page, history, problems } = useEditorState(editor);
  const ref = useRef<HTMLOListElement>(null);
  useEffect(() => {
    ref.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [page]);
  const pageOf = new Map(history.answer.annotations.map((region) => [region.id, region.page]));
  const troubled = new Set(problems.map(({ markId }) => pageOf.get(markId ?? "")));
  return (
    <nav aria-label="Pages" className="w-28 shrink-0 border-r border-border bg-surface overflow-y-auto overscroll-contain">
      <ol ref={ref} className="p-2 flex flex-col gap-2">
        {pages.map((each, index) => {
          const regions = history.answer.annotations.filter((region) => region.page === index).length;
          return (
            <li key={index}>
              <button
                type="button"
                aria-current={index === page ? "page" : undefined}
                aria-label={`${pageName(pages, index)}, ${regions === 1 ? "1 region" : `${regions} regions`}`}
                title={pageName(pages, index)}
                onClick={() => editor.goToPage(index)}
                className={cx("w-full p-1 rounded-medium flex flex-col gap-1 text-left border", index === page ? "border-accent bg-accent-soft" : "border-transparent hover:bg-hover")}
              >
                <span className="block w-full bg-sunken border border-border rounded-small overflow-hidden max-h-36 grid place-items-center">
                  <img src={each.thumbnail_url} alt="" loading="lazy" width={each.width} height={each.height} className="max-w-full max-h-36 w-auto h-auto" />
                </span>
                <span className={cx("flex items-center gap-1 px-0.5 text-1", index === page ? "text-accent font-medium" : "text-muted")}>
                  <span className="grow truncate">{pageName(pages, index)}</span>
                  {troubled.has(index) && <Icon name="alert" size={12} className="text-danger" />}
                  {regions > 0 && <span>{regions}</span>}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

/** Where there is no room for a column. */
export function PageSteps({ editor, pages }: { editor: DocumentEditor; pages: readonly PageAddress[] }) {
  const { page } = useEditorState(editor);
  return (
    <nav aria-label="Pages" className="flex items-center gap-0.5 shrink-0">
      <IconButton icon="chevronLeft" label="Previous page" disabled={page === 0} onClick={() => editor.goToPage(page - 1)} />
      <span className="text-2 whitespace-nowrap" aria-current="page">
        {page + 1} <span className="text-muted">of {pages.length}</span>
      </span>
      <IconButton icon="chevronRight" label="Next page" disabled={page === pages.length - 1} onClick={() => editor.goToPage(page + 1)} />
    </nav>
  );
}
