/** Completions of the last hour in even buckets. Pure: the present is an argument. */

export interface Throughput {
  /** Oldest first; the last one ends now. */
  buckets: number[];
  bucketSeconds: number;
  /** Within the buckets. */
  total: number;
}

/**
 * `times` are RFC 3339. When `complete` is false the list was cut and holds only the newest, so buckets before the
 * oldest time are unknown and left out.
 */
export function throughput(times: readonly string[], now: number, complete: boolean, bucketSeconds = 300, bucketsMax = 12): Throughput {
  const ages = times.map((time) => (now - Date.parse(time)) / 1000);
  const oldest = Math.max(0, ...ages);
  const known = complete ? bucketsMax : Math.min(bucketsMax, Math.max(1, Math.floor(oldest / bucketSeconds)));
  const buckets = Array.from({ length: known }, () => 0);
  let total = 0;
  for (const age of ages) {
    const fromEnd = Math.floor(Math.max(0, age) / bucketSeconds);
    if (fromEnd >= known) continue;
    const index = known - 1 - fromEnd;
    buckets[index] = (buckets[index] ?? 0) + 1;
    total += 1;
  }
  return { buckets, bucketSeconds, total };
}
