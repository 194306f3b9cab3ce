/** Where in the text a place of the page is. Pieces of text say where they begin by `data-from`, in UTF-16 units. */

import type { Range, TextIndex } from "./offsets";

/** The selection as far as it lies in the text, in code points; null where none of it does. `empty`: also a caret. */
export function pointsOfSelection(root: HTMLElement, index: TextIndex, empty: boolean): Range | null {
  const selection = root.ownerDocument.getSelection();
  if (selection === null || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(root) || (range.collapsed && !empty)) return null;
  const start = index.pointOf(unitOf(root, range.startContainer, range.startOffset));
  const end = index.pointOf(unitOf(root, range.endContainer, range.endOffset));
  return end > start || empty ? { start, end } : null;
}

/** In a piece of text its own unit; elsewhere, that of the first piece after the place. */
function unitOf(root: HTMLElement, node: Node, offset: number): number {
  const piece = node.nodeType === Node.TEXT_NODE ? node.parentElement?.closest<HTMLElement>("[data-from]") : null;
  if (piece && root.contains(piece)) return Number(piece.dataset["from"]) + offset;
  const place = root.ownerDocument.createRange();
  place.setStart(node, offset);
  let last = 0;
  for (const each of root.querySelectorAll<HTMLElement>("[data-from]")) {
    const from = Number(each.dataset["from"]);
    if (place.comparePoint(each, 0) >= 0) return from;
    last = from + (each.textContent?.length ?? 0);
  }
  return last;
}
