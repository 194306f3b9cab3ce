/** Which tasks stand before and after this one in the list, as far as it is loaded; place counts from 0. */
export function neighbours(ids: readonly string[], id: string): { previous: string | null; next: string | null; place: number | null } {
  const place = ids.indexOf(id);
  if (place === -1) return { previous: null, next: null, place: null };
  return { previous: ids[place - 1] ?? null, next: ids[place + 1] ?? null, place };
}
