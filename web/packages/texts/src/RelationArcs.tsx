/** Relations as arcs over the text, from the beginning of one passage to the beginning of the other. */

import { titleOf } from "@assay/annotation";
import { cx } from "@assay/ui";
import { useLayoutEffect, useRef, useState } from "react";
import type { Relation } from "./answer";
import type { TextEditor } from "./editor";
import { useTextState } from "./follow";

interface Arc {
  readonly relation: Relation;
  readonly path: string;
  /** Where its name is written. */
  readonly x: number;
  readonly y: number;
}

/** A marker does not take the colour of the line it ends. */
const ARROWS = [["arrow", "var(--color-muted)"], ["arrow-lit", "var(--color-accent)"]] as const;

export function RelationArcs({ editor }: { editor: TextEditor }) {
  const { answer, selected, overlays, label } = useTextState(editor);
  const svg = useRef<SVGSVGElement>(null);
  const [arcs, setArcs] = useState<readonly Arc[]>([]);

  useLayoutEffect(() => {
    const text = svg.current!.parentElement!;
    const measure = (): void => setArcs(arcsOf(text, editor));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(text);
    return () => observer.disconnect();
    // Where passages stand changes with what is marked and laid over.
  }, [editor, answer, overlays, label]);

  const isLit = ({ id, source, target }: Relation): boolean => [id, source, target].includes(selected ?? "");
  return (
    <svg ref={svg} aria-hidden="true" className="absolute inset-0 size-full overflow-visible pointer-events-none">
      <defs>
        {ARROWS.map(([id, color]) => (
          <marker key={id} id={id} viewBox="0 0 6 6" refX="5" refY="3" markerWidth="7" markerHeight="7" markerUnits="userSpaceOnUse" orient="auto">
            <path d="M0 0 6 3 0 6Z" fill={color} />
          </marker>
        ))}
      </defs>
      {arcs.map(({ relation, path, x, y }) => (
        <g key={relation.id} className={cx("pointer-events-auto cursor-pointer", isLit(relation) ? "text-accent" : "text-muted")} onClick={(event) => (event.stopPropagation(), editor.select(relation.id))}>
          <path d={path} fill="none" stroke="transparent" strokeWidth={10} />
          <path d={path} fill="none" stroke="currentColor" strokeWidth={relation.id === selected ? 2 : 1.2} {...(relation.directed === false ? {} : { markerEnd: `url(#${isLit(relation) ? "arrow-lit" : "arrow"})` })} />
          <text x={x} y={y} textAnchor="middle" fill="currentColor" stroke="var(--color-surface)" strokeWidth={3} paintOrder="stroke" className={cx("text-[11px] select-none", relation.id === selected && "font-semibold")}>
            {relationTitle(editor, relation.name)}
          </text>
        </g>
      ))}
    </svg>
  );
}

export const relationTitle = (editor: TextEditor, name: string): string => {
  const type = editor.taxonomy.relations.find((each) => each.name === name);
  return type ? titleOf(type) : name;
};

function arcsOf(text: HTMLElement, editor: TextEditor): Arc[] {
  const origin = text.getBoundingClientRect();
  const placeOf = (id: string): { x: number; y: number } | null => {
    const span = editor.spanOf(id);
    const piece = span && text.querySelector(`[data-from="${editor.index.unitOf(span.start)}"]`);
    const box = piece?.getClientRects()[0];
    return box ? { x: box.left - origin.left + Math.min(box.width / 2, 24), y: box.top - origin.top } : null;
  };
  return editor.answer.relations.flatMap((relation): Arc[] => {
    const [from, to] = [placeOf(relation.source), placeOf(relation.target)];
    if (from === null || to === null) return [];
    const rise = 10 + Math.min(14, Math.abs(to.x - from.x) / 12);
    const top = Math.min(from.y, to.y) - rise;
    const sameLine = Math.abs(from.y - to.y) < 4;
    const path = sameLine
      ? `M${from.x} ${from.y} C${from.x} ${top} ${to.x} ${top} ${to.x} ${to.y - 1}`
      : `M${from.x} ${from.y} C${from.x} ${from.y - rise * 1.6} ${to.x} ${to.y - rise * 1.6} ${to.x} ${to.y - 1}`;
    const y = sameLine ? top + rise / 4 + 3 : (from.y + to.y) / 2 - rise;
    return [{ relation, path, x: (from.x + to.x) / 2, y }];
  });
}
