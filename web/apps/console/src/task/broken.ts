/** Why a task was set aside, to be read: workers' reasons come as "skipped: too_hard: their words", one after another. */
export const brokenWords = (reason: string): string =>
  reason
    .replace(/\b(skipped|reported): ([a-z]+(?:_[a-z]+)*)/g, (_, did: string, why: string) => `${did}, ${why.replaceAll("_", " ")}`)
    .replace(/^[a-z]/, (letter) => letter.toUpperCase());
