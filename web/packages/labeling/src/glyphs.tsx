/** Line icons of the drawing page, on the same 16-unit grid as the shared ones. Decorative. */

import type { ToolName } from "@assay/tools";

const PATHS = {
  select: "M3.5 2.5 12.5 7l-4 1.4L6.8 12.5Z",
  box: "M2.5 4h11v8h-11Z",
  polygon: "M8 2.2 13.8 6.6 11.4 13.2H4.6L2.2 6.6Z",
  polyline: "M2.5 12 6 5l4 5 3.5-6.5",
  point: "M8 5.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8ZM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2",
  ellipse: "M8 4c3.3 0 6 1.8 6 4s-2.7 4-6 4-6-1.8-6-4 2.7-4 6-4Z",
  cuboid: "M2.5 5.5h7.5v8H2.5ZM10 5.5l3.5-3v8L10 13.5M2.5 5.5l3.5-3h7.5",
  link: "M6.8 9.2 9.2 6.8M7.5 4.5l1-1a2.8 2.8 0 0 1 4 4l-1 1M8.5 11.5l-1 1a2.8 2.8 0 0 1-4-4l1-1",
  hole: "M2.5 2.5h11v11h-11ZM6 6h4v4H6Z",
  zoomIn: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3l3.2 3.2M5 7h4M7 5v4",
  zoomOut: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3l3.2 3.2M5 7h4",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  lock: "M4 7.5h8v6H4ZM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  unlock: "M4 7.5h8v6H4ZM5.5 7.5V5a2.5 2.5 0 0 1 4.8-1",
  help: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM6.3 6.3a1.7 1.7 0 1 1 2.5 1.5c-.6.3-.8.6-.8 1.2M8 11v.1",
  book: "M8 3.8C6.8 2.9 5 2.7 2.5 2.8v9.6c2.5-.1 4.3.1 5.5 1 1.2-.9 3-1.1 5.5-1V2.8C11 2.7 9.2 2.9 8 3.8ZM8 3.8v9.6",
  list: "M2.5 4h.1M5.5 4h8M2.5 8h.1M5.5 8h8M2.5 12h.1M5.5 12h8",
  tone: "M8 2.2a5.8 5.8 0 1 0 0 11.6ZM8 2.2a5.8 5.8 0 0 1 0 11.6M8 5h3.5M8 8h5.5M8 11h3.5",
} as const;

export type GlyphName = keyof typeof PATHS;

export function Glyph({ name, size = 18 }: { name: GlyphName | ToolName; size?: number }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 16 16" width={size} height={size} fill="none" stroke="currentColor" strokeWidth={1.35} strokeLinecap="round" strokeLinejoin="round" className="shrink-0">
      <path d={PATHS[name]} />
    </svg>
  );
}
