/** The lines between marks: relations, and connections of points. */

import { type Connection, type ImageAnswer, type Mark, type MarkRelation, centreOf, relationsOf } from "@assay/annotation";
import type { Tie } from "@assay/canvas";
import { imagePoint } from "@assay/geometry";

// An answer is a value: its lines are found once, however often they are drawn.
const known = new WeakMap<ImageAnswer, { readonly hidden: ReadonlySet<string>; readonly connections: readonly Connection[]; readonly selection: ReadonlySet<string>; readonly ties: readonly Tie[] }>();

export function tiesOf(answer: ImageAnswer, connections: readonly Connection[], hidden: ReadonlySet<string>, selection: ReadonlySet<string>): readonly Tie[] {
  const relations = relationsOf(answer);
  if (relations.length === 0 && connections.length === 0) return [];
  const before = known.get(answer);
  if (before && before.hidden === hidden && before.selection === selection && before.connections === connections) return before.ties;
  const marks = new Map(answer.annotations.filter(({ id }) => !hidden.has(id)).map((mark) => [mark.id, mark]));
  const ties = [...relations.flatMap((relation) => arrow(relation, marks, selection)), ...connections.flatMap((connection) => bones(connection, [...marks.values()]))];
  known.set(answer, { hidden, connections, selection, ties });
  return ties;
}

function arrow({ name, source, target, directed = true }: MarkRelation, marks: ReadonlyMap<string, Mark>, selection: ReadonlySet<string>): Tie[] {
  const [from, to] = [marks.get(source), marks.get(target)];
  if (from === undefined || to === undefined) return [];
  const stands = selection.has(source) || selection.has(target);
  return [{ from: centreOf(from), to: centreOf(to), arrow: directed, name: stands ? name : null }];
}

/** Each point of the first label to the nearest of the second, or to those that say the same of who they belong to. */
function bones({ labels: [first, second], attribute }: Connection, marks: readonly Mark[]): Tie[] {
  const points = marks.filter((mark) => mark.type === "point");
  const others = points.filter(({ label }) => label === second);
  const said = (mark: Mark): unknown => (attribute ? mark.attributes?.[attribute] : undefined);
  return points.filter(({ label }) => label === first).flatMap((from): Tie[] => {
    const joined = attribute ? others.filter((to) => said(from) !== undefined && said(to) === said(from)) : others;
    const [nearest] = joined.filter((to) => to !== from).toSorted((a, b) => Math.hypot(a.x - from.x, a.y - from.y) - Math.hypot(b.x - from.x, b.y - from.y));
    return nearest ? [{ from: imagePoint(from.x, from.y), to: imagePoint(nearest.x, nearest.y), arrow: false, name: null }] : [];
  });
}
