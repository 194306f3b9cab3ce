/** Light, dark, or whatever the system says. The choice lives in this browser only. */
export type Theme = "system" | "light" | "dark";

const KEY = "assay.theme";

export function readTheme(storage: Pick<Storage, "getItem"> = localStorage): Theme {
  try {
    const stored = storage.getItem(KEY);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    // Storage is refused in some private windows; the system's theme is a fine answer there.
    return "system";
  }
}

/** Puts the choice on the root element, where tokens.css looks for it. */
export function applyTheme(theme: Theme, root: HTMLElement = document.documentElement): void {
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

export function storeTheme(theme: Theme, storage: Pick<Storage, "setItem" | "removeItem"> = localStorage): void {
  applyTheme(theme);
  try {
    if (theme === "system") storage.removeItem(KEY);
    else storage.setItem(KEY, theme);
  } catch {
    // The theme then lasts until the page is closed.
  }
}
