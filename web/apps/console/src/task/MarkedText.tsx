/** A text as it was marked: the answer that stands, and the others shown as lines over it. */
import type { Taxonomy } from "@assay/client";
import { type WireEntities, TextView } from "@assay/texts";
import { useMemo } from "react";
import type { ShownItem } from "@assay/labeling";
import type { Layer } from "./scene";

interface MarkedTextProps {
  content: readonly ShownItem[];
  taxonomy: Taxonomy;
  /** Those that are shown, the one that stands first. */
  layers: readonly Layer[];
  highlighted: string | null;
}

export function MarkedText({ content, taxonomy, layers, highlighted }: MarkedTextProps) {
  const item = content.find((each) => each.type === "text");
  const [first] = layers;
  const others = useMemo(() => layers.slice(1).map(({ name, color, answer }) => ({ name, color, answer: answer as object as WireEntities })), [layers]);
  if (item === undefined) return null;
  return <TextView taxonomy={taxonomy} text={item.text} answer={(first?.answer as object as WireEntities | undefined) ?? null} others={others} highlighted={highlighted} />;
}
