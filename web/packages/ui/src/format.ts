/** Numbers and times as people read them. Pure: the present is an argument. */

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function count(value: number): string {
  return WHOLE.format(value);
}

/** "1 task", "1,204 tasks". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A share within [0, 1] as a whole percentage; never 100 % for less than all, never 0 % for more than none. */
export function percent(share: number | null): string {
  if (share === null) return "–";
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return "99%";
  if (rounded === 0 && share > 0) return "1%";
  return `${rounded}%`;
}

/** Seconds in one or two units: "48 s", "3 min 20 s", "2 h 5 min", "4 days". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 10 && seconds % 1 !== 0) return `${Number(seconds.toFixed(1))} s`;
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return pair(minutes, "min", whole % 60, "s", minutes < 10);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return pair(hours, "h", minutes % 60, "min", hours < 10);
  return counted(Math.round(hours / 24), "day");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string, both: boolean): string {
  return both && small > 0 ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`;
}

/** "just now", "5 min ago", "3 h ago", "2 days ago"; a date when older than a month, "in 5 min" when ahead. */
export function ago(time: string, now: number): string {
  const seconds = (now - Date.parse(time)) / 1000;
  if (Math.abs(seconds) < 45) return "just now";
  const span = Math.abs(seconds);
  if (span > 30 * 86_400) return new Date(time).toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });
  const text =
    span < 3600
      ? `${Math.round(span / 60)} min`
      : span < 86_400
        ? `${Math.round(span / 3600)} h`
        : counted(Math.round(span / 86_400), "day");
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = size / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
