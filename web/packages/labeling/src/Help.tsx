/** Every key and gesture, from the table that obeys them. */

import { Dialog, Kbd } from "@assay/ui";
import { GESTURES, SHORTCUTS } from "./keymap";

const GROUPS: readonly string[] = ["Draw", "Change", "Look", "Task"];
const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);

export interface HelpProps {
  readonly onClose: () => void;
  /** By default those of photos. */
  readonly shortcuts?: readonly { readonly group: string; readonly title: string; readonly keys: readonly string[] }[];
  readonly groups?: readonly string[];
  readonly gestures?: readonly (readonly [string, string])[];
}

export function Help({ onClose, shortcuts = SHORTCUTS, groups = GROUPS, gestures = GESTURES }: HelpProps) {
  return (
    <Dialog title="Keys and gestures" size="large" onClose={onClose}>
      <div className="md:columns-2 gap-8">
        {groups.map((group) => (
          <section key={group} aria-label={group} className="mb-5 break-inside-avoid">
            <h3 className="text-2 font-semibold text-muted mb-1.5">{group}</h3>
            <dl className="flex flex-col gap-1">
              {shortcuts.filter((shortcut) => shortcut.group === group && shortcut.keys.length > 0).map(({ title, keys }) => (
                <div key={title} className="flex items-center gap-3 min-h-6 text-3">
                  <dt className="grow">{title}</dt>
                  <dd className="flex gap-1 shrink-0">
                    {keys.map((each) => <Keys key={each} chord={each} />)}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <section aria-label="Mouse and fingers" className="mt-4">
          <h3 className="text-2 font-semibold text-muted mb-1.5">Mouse and fingers</h3>
          <dl className="grid md:grid-cols-2 gap-x-8 gap-y-1.5">
            {gestures.map(([gesture, effect]) => (
              <div key={gesture} className="text-3">
                <dt className="text-2 text-muted">{gesture}</dt>
                <dd>{effect}</dd>
              </div>
            ))}
          </dl>
      </section>
    </Dialog>
  );
}

function Keys({ chord }: { chord: string }) {
  return (
    <span className="inline-flex gap-0.5">
      {(chord === "+" ? [chord] : chord.split("+")).map((key) => (
        <Kbd key={key}>{key === "Mod" ? (isMac() ? "⌘" : "Ctrl") : key}</Kbd>
      ))}
    </span>
  );
}
