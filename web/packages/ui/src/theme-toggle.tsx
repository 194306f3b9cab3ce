import { useState } from "react";
import { IconButton } from "./button";
import { readTheme, storeTheme, type Theme } from "./theme";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const NAMES: Record<Theme, string> = { system: "as the system", light: "light", dark: "dark" };
const ICONS = { system: "system", light: "sun", dark: "moon" } as const;

/** One button through three states; its name says where it is and where it goes. */
export function ThemeToggle({ className }: { className?: string }) {
  const [theme, setTheme] = useState(readTheme);
  const next = NEXT[theme];
  return (
    <IconButton
      icon={ICONS[theme]}
      label={`Theme: ${NAMES[theme]}. Switch to ${NAMES[next]}`}
      className={className}
      onClick={() => {
        storeTheme(next);
        setTheme(next);
      }}
    />
  );
}
