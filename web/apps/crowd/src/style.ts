/** The look of every element's shadow. System colours follow the page's own light or dark. */
export const STYLE = `
:host { display: block; font: 16px/1.5 system-ui, sans-serif; color: CanvasText; --mark: #2f55c8; --line: color-mix(in srgb, CanvasText 28%, Canvas);
  --dim: color-mix(in srgb, CanvasText 68%, Canvas); --soft: color-mix(in srgb, CanvasText 6%, Canvas); --wrong: #b3261e; }
@media (prefers-color-scheme: dark) { :host { --mark: #8fb0ff; --wrong: #ff8a80; } }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
label { display: block; }
.field { display: grid; gap: 4px; margin: 0 0 12px; }
.field > span { color: var(--dim); font-size: 14px; }
input:not([type=checkbox], [type=radio], [type=range]), textarea, select { width: 100%; font: inherit; color: inherit; background: Canvas;
  border: 1px solid var(--line); border-radius: 6px; padding: 8px 10px; }
textarea { resize: vertical; }
input[type=range] { width: 100%; accent-color: var(--mark); }
.tick { display: flex; gap: 10px; align-items: flex-start; padding: 6px 8px; border-radius: 6px; cursor: pointer; }
.tick:hover { background: var(--soft); }
.tick input { margin: 5px 0 0; accent-color: var(--mark); }
.problem { color: var(--wrong); margin: 4px 0 8px; font-size: 14px; }
button, a.button { font: inherit; font-weight: 600; padding: 8px 18px; border-radius: 6px; border: 1px solid var(--line); background: Canvas; color: inherit;
  cursor: pointer; text-decoration: none; display: inline-flex; gap: 8px; align-items: center; }
button.primary, a.primary { background: var(--mark); border-color: var(--mark); color: Canvas; }
button.link { border: 0; padding: 0; background: none; color: var(--mark); font-weight: 400; text-decoration: underline; }
button:disabled { opacity: .5; cursor: default; }
button.icon { padding: 6px 10px; }
.card { border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 0 0 12px; }
.card h3 { margin: 0 0 8px; font-size: 18px; }
.card img { max-width: 100%; }
.alert { border-left: 4px solid var(--mark); background: var(--soft); padding: 10px 14px; border-radius: 4px; display: flex; justify-content: space-between; gap: 12px; margin: 0 0 12px; }
.alert.error, .alert.warning { border-color: var(--wrong); }
.alert.success { border-color: #1f9a58; }
.badge { display: inline-grid; place-items: center; min-width: 20px; height: 20px; padding: 0 6px; border-radius: 10px; font-size: 12px; background: var(--mark); color: Canvas; }
dialog { border: 1px solid var(--line); border-radius: 10px; max-width: min(720px, 92vw); max-height: 86vh; padding: 20px 22px; color: inherit; background: Canvas; }
dialog::backdrop { background: rgb(16 20 28 / .5); }
dialog form { display: flex; justify-content: flex-end; margin-top: 14px; }
[role=tablist] { display: flex; gap: 4px; border-bottom: 1px solid var(--line); margin-bottom: 12px; }
[role=tab] { border: 0; border-radius: 6px 6px 0 0; padding: 8px 14px; background: none; font-weight: 400; }
[role=tab][aria-selected=true] { font-weight: 600; box-shadow: inset 0 -2px var(--mark); }
.toast { position: fixed; left: 16px; bottom: 16px; z-index: 10; padding: 10px 16px; border-radius: 6px; background: CanvasText; color: Canvas; }
.fab { position: fixed; right: 20px; bottom: 20px; z-index: 9; border-radius: 26px; }
.desk { display: grid; grid-template-columns: minmax(180px, 260px) 1fr; gap: 18px; align-items: start; }
.desk > aside { border-right: 1px solid var(--line); padding-right: 18px; min-height: 200px; }
@media (max-width: 700px) { .desk { grid-template-columns: 1fr; } .desk > aside { border-right: 0; border-bottom: 1px solid var(--line); padding: 0 0 12px; min-height: 0; } }
h2 { font-size: 20px; line-height: 1.3; margin: 0 0 12px; }
.target { border: 1px solid var(--line); border-radius: 8px; padding: 14px; margin: 0 0 14px; overflow: auto; }
.target img { display: block; max-width: 100%; max-height: 60vh; margin: auto; }
.picture { position: relative; }
.overlay { position: absolute; left: 8px; top: 8px; background: rgb(0 0 0 / .65); color: #fff; padding: 2px 10px; border-radius: 4px; }
.choices { display: flex; flex-wrap: wrap; gap: 8px; margin: 0 0 12px; }
.choices button[aria-pressed=true] { background: var(--mark); border-color: var(--mark); color: Canvas; }
kbd { font: 12px/1 ui-monospace, monospace; border: 1px solid var(--line); border-radius: 3px; padding: 2px 5px; color: var(--dim); }
button[aria-pressed=true] kbd, button.primary kbd { color: inherit; }
.text { white-space: pre-wrap; line-height: 2; border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; cursor: text; }
.text mark { border-radius: 4px; padding: 2px 3px; color: inherit; }
.text mark button { font-size: 11px; padding: 0 5px; margin-left: 4px; border-radius: 4px; font-weight: 600; vertical-align: 1px; }
iframe { width: 100%; height: max(520px, 76vh); border: 1px solid var(--line); border-radius: 8px; background: Canvas; display: block; }
`;
