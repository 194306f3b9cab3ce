/** Amounts as people read and write them. Minor units (cents) of a currency are whole numbers. */

/** Digits after the point: 2 for USD, none for JPY. */
export function digitsOf(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** "$1,204.50", with the minus of what went. */
export function shown(amount: { minor: number; currency: string }): string {
  const digits = digitsOf(amount.currency);
  return new Intl.NumberFormat("en", { style: "currency", currency: amount.currency }).format(amount.minor / 10 ** digits);
}

/** "0.50" as minor units; null for what is no amount. */
export function minorOf(text: string, currency: string): number | null {
  const trimmed = text.trim();
  const digits = digitsOf(currency);
  const found = /^(\d{1,12})(?:\.(\d+))?$/.exec(trimmed);
  if (!found || (found[2]?.length ?? 0) > digits) return null;
  return Number(found[1]) * 10 ** digits + Number((found[2] ?? "").padEnd(digits, "0") || "0");
}

/** Minor units as one types them: "0.50". */
export function typed(minor: number, currency: string): string {
  return (minor / 10 ** digitsOf(currency)).toFixed(digitsOf(currency));
}

/** What an hour brings at `rewardMinor` for `seconds` of work, in minor units. */
export function hourly(rewardMinor: number, seconds: number): number {
  return Math.round((rewardMinor * 3600) / seconds);
}

/** The least reward for so many seconds where an hour must bring `floorMinor`, rounded up. */
export function leastReward(floorMinor: number, seconds: number): number {
  return Math.ceil((floorMinor * seconds) / 3600);
}
