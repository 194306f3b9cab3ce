/** The labelling page for texts on an example, to try a taxonomy out. */

import { type WireTaxonomy, readTaxonomy } from "@assay/annotation";
import { useMemo } from "react";
import { EMPTY_ENTITIES } from "./answer";
import { TextEditor } from "./editor";
import { TextLabeler } from "./TextLabeler";

export function TextPreview({ taxonomy, instructions, text }: { taxonomy: WireTaxonomy; instructions: string; text: string }) {
  const editor = useMemo(() => new TextEditor({ taxonomy: readTaxonomy(taxonomy), text, answer: EMPTY_ENTITIES }), [taxonomy, text]);
  return <TextLabeler editor={editor} title="Example" instructions={instructions} keys="within" />;
}
