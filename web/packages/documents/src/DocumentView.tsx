/** Answers about a document, only to be looked at: the first drawn in full, the others laid over it. */

import { type WireTaxonomy, readTaxonomy } from "@assay/annotation";
import { StageView, ZoomControls, useEditorState } from "@assay/labeling";
import { Button, Spinner } from "@assay/ui";
import { useEffect, useMemo, useRef } from "react";
import { type WireDocument, readDocument } from "./answer";
import { DocumentEditor } from "./editor";
import { type PageAddress, usePage } from "./follow";
import { PageRail, PageSteps } from "./Pages";

export interface DocumentViewProps {
  readonly taxonomy: WireTaxonomy;
  readonly pages: readonly PageAddress[];
  readonly answer: WireDocument | null;
  readonly others: readonly { readonly name: string; readonly color: string; readonly answer: WireDocument }[];
  /** The id of a region or a group of the answer to be pointed out. */
  readonly highlighted: string | null;
  /** Called with the region that was clicked. */
  readonly onPick: (id: string | null) => void;
}

export function DocumentView({ taxonomy, pages, answer, others, highlighted, onPick }: DocumentViewProps) {
  const readout = useRef<HTMLSpanElement>(null);
  const page = useRef<number | null>(null);
  const editor = useMemo(() => {
    const voices = others.map((other) => ({ name: other.name, color: other.color, answer: readDocument(other.answer) }));
    const made = new DocumentEditor({ taxonomy: readTaxonomy(taxonomy), pages, answer: readDocument(answer), voices, readOnly: true });
    for (const { name } of voices) made.toggleOverlay(name);
    // Another layer is shown on the page that was in sight.
    if (page.current !== null) made.goToPage(page.current);
    return made;
  }, [taxonomy, pages, answer, others]);
  const state = useEditorState(editor);
  page.current = state.page;
  const inSight = usePage(pages, state.page);

  useEffect(() => {
    if (editor.answer.groups.some(({ id }) => id === highlighted)) editor.selectGroup(highlighted);
    else editor.select(highlighted === null ? [] : [highlighted]);
  }, [editor, highlighted]);

  const picked = useRef(onPick);
  picked.current = onPick;
  const [only] = state.selection.size === 1 && state.group === null ? state.selection : [];
  useEffect(() => {
    if (only !== undefined && only !== highlighted) picked.current(only);
  }, [only, highlighted]);

  return (
    <div className="h-full min-h-64 flex max-sm:flex-col">
      {pages.length > 1 && (
        <>
          <div className="max-sm:hidden flex">
            <PageRail editor={editor} pages={pages} />
          </div>
          <div className="sm:hidden flex justify-end px-2 py-1 border-b border-border bg-surface">
            <PageSteps editor={editor} pages={pages} />
          </div>
        </>
      )}
      <div className="relative grow min-w-0 bg-sunken">
        <StageView editor={editor} photo={inSight.photo} readout={readout} label={`Page ${state.page + 1} with its regions`} />
        {inSight.photo === null && (
          <div className="absolute inset-0 grid place-items-center bg-sunken">
            {inSight.problem === null ? (
              <Spinner size={20} />
            ) : (
              <div role="alert" className="flex flex-col items-center gap-3 text-center px-6">
                <p className="text-3 text-muted">{inSight.problem}</p>
                <Button icon="retry" onClick={inSight.retry}>Try again</Button>
              </div>
            )}
          </div>
        )}
        <ZoomControls editor={editor} readout={readout} narrow={false} />
      </div>
    </div>
  );
}
