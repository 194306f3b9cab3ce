/** Editing a forest of labels. Every function gives a new forest and leaves the old one alone. */
import type { LabelDraft } from "./draft";

export interface TreeRow {
  label: LabelDraft;
  depth: number;
  parentKey: string | null;
  index: number;
  siblings: number;
  /** The field path the server uses: `taxonomy.labels[1].children[0]`. */
  field: string;
}

/** Every label in the order shown, parents first. */
export function treeRows(labels: readonly LabelDraft[], field = "taxonomy.labels", depth = 0, parentKey: string | null = null): TreeRow[] {
  return labels.flatMap((label, index) => [
    { label, depth, parentKey, index, siblings: labels.length, field: `${field}[${index}]` },
    ...treeRows(label.children, `${field}[${index}].children`, depth + 1, label.key),
  ]);
}

export function findLabel(labels: readonly LabelDraft[], key: string): LabelDraft | undefined {
  for (const label of labels) {
    const found = label.key === key ? label : findLabel(label.children, key);
    if (found) return found;
  }
  return undefined;
}

export function updateLabel(labels: readonly LabelDraft[], key: string, change: (label: LabelDraft) => LabelDraft): LabelDraft[] {
  return labels.map((label) =>
    label.key === key ? change(label) : { ...label, children: updateLabel(label.children, key, change) },
  );
}

/** Into the children of `parentKey` (null: the top), before the label now at `index`; past the end is the end. */
export function insertLabel(labels: readonly LabelDraft[], parentKey: string | null, index: number, label: LabelDraft): LabelDraft[] {
  if (parentKey === null) return labels.toSpliced(index, 0, label);
  return updateLabel(labels, parentKey, (parent) => ({ ...parent, children: parent.children.toSpliced(index, 0, label) }));
}

/** The label goes with its children. */
export function removeLabel(labels: readonly LabelDraft[], key: string): LabelDraft[] {
  return labels
    .filter((label) => label.key !== key)
    .map((label) => ({ ...label, children: removeLabel(label.children, key) }));
}

export type Move = "up" | "down" | "in" | "out";

/** Whether `move` would change anything; buttons that would not are disabled. */
export function canMove(row: TreeRow, move: Move): boolean {
  if (move === "up") return row.index > 0;
  if (move === "down") return row.index < row.siblings - 1;
  if (move === "in") return row.index > 0;
  return row.parentKey !== null;
}

/** One step among siblings, into the sibling above, or out to stand after the parent. */
export function moveLabel(labels: readonly LabelDraft[], key: string, move: Move): LabelDraft[] {
  const rows = treeRows(labels);
  const row = rows.find((candidate) => candidate.label.key === key);
  if (!row || !canMove(row, move)) return [...labels];
  const without = removeLabel(labels, key);
  if (move === "up") return insertLabel(without, row.parentKey, row.index - 1, row.label);
  if (move === "down") return insertLabel(without, row.parentKey, row.index + 1, row.label);
  if (move === "out") {
    const parent = rows.find((candidate) => candidate.label.key === row.parentKey)!;
    return insertLabel(without, parent.parentKey, parent.index + 1, row.label);
  }
  const above = rows.find((candidate) => candidate.parentKey === row.parentKey && candidate.index === row.index - 1)!;
  return insertLabel(without, above.label.key, above.label.children.length, row.label);
}

export type DropPlace = "before" | "after" | "inside";

/** Puts a label by another one. Into itself or its own children changes nothing. */
export function dropLabel(labels: readonly LabelDraft[], key: string, targetKey: string, place: DropPlace): LabelDraft[] {
  const moved = findLabel(labels, key);
  if (!moved || key === targetKey || findLabel(moved.children, targetKey)) return [...labels];
  const without = removeLabel(labels, key);
  const target = treeRows(without).find((row) => row.label.key === targetKey);
  if (!target) return [...labels];
  if (place === "inside") return insertLabel(without, targetKey, target.label.children.length, moved);
  return insertLabel(without, target.parentKey, target.index + (place === "after" ? 1 : 0), moved);
}

/** A name not used yet: "object", "object-2", … */
export function freeName(labels: readonly LabelDraft[], wanted: string): string {
  const used = new Set(treeRows(labels).map((row) => row.label.name.trim()));
  if (!used.has(wanted)) return wanted;
  let number = 2;
  while (used.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}
