/** Countries and languages by their codes. The browser knows their names; which codes there are it can be asked. */

const REGIONS = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
const LANGUAGES = new Intl.DisplayNames("en", { type: "language" });

/** Codes that the browser names and that are no countries: groups of them, old ones, and such as nobody lives in. */
const NOT_COUNTRIES: ReadonlySet<string> = new Set("AC AN BU CP CQ CS DD DG DY EA EU EZ FQ FX HV IC JT MI NH NQ NT PC PU PZ QO QU RH SU TA TP UK UN VD WK XA XB XK YD YU ZR ZZ".split(" "));

let known: readonly (readonly [string, string])[] | null = null;

/** ISO 3166-1 codes with their names, by name. */
export function countries(): readonly (readonly [string, string])[] {
  if (known) return known;
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const codes = letters.flatMap((first) => letters.map((second) => first + second)).filter((code) => !NOT_COUNTRIES.has(code));
  known = codes
    .flatMap((code) => {
      const name = REGIONS.of(code);
      return name === undefined || name === code ? [] : [[code, name] as const];
    })
    .sort(([, one], [, other]) => one.localeCompare(other, "en"));
  return known;
}

/** "pt-BR" as "Brazilian Portuguese (pt-BR)"; a code that cannot be read, as it is. */
export function languageName(code: string): string {
  try {
    const name = LANGUAGES.of(code);
    return name === undefined || name === code ? code : `${name} (${code})`;
  } catch {
    return code;
  }
}
