/** An answer about a text, only to be looked at, with other answers as lines over the text. */

import { type WireTaxonomy, readTaxonomy } from "@assay/annotation";
import { useEffect, useMemo } from "react";
import { type WireEntities, readEntities } from "./answer";
import { TextEditor } from "./editor";
import { TextStage } from "./TextStage";

export interface TextViewProps {
  readonly taxonomy: WireTaxonomy;
  readonly text: string;
  readonly answer: WireEntities | null;
  readonly others: readonly { readonly name: string; readonly color: string; readonly answer: WireEntities }[];
  /** The id of a span of the answer to be pointed out. */
  readonly highlighted: string | null;
}

export function TextView({ taxonomy, text, answer, others, highlighted }: TextViewProps) {
  const editor = useMemo(() => {
    const voices = others.map((other) => ({ name: other.name, color: other.color, answer: readEntities(other.answer) }));
    const made = new TextEditor({ taxonomy: readTaxonomy(taxonomy), text, answer: readEntities(answer), voices, readOnly: true });
    for (const { name } of voices) made.toggleOverlay(name);
    return made;
  }, [taxonomy, text, answer, others]);
  useEffect(() => editor.select(highlighted), [editor, highlighted]);
  return (
    <div className="h-full overflow-y-auto bg-surface">
      <TextStage editor={editor} />
    </div>
  );
}
