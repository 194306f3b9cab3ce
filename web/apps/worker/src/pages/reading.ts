/** Whether a project's instructions, in these very words, were shown in this browser before; remembers that they were. */
export function isFirstReading(projectId: string, instructions: string): boolean {
  if (instructions.trim() === "") return false;
  const key = `assay.read.${projectId}`;
  const mark = String(fingerprint(instructions));
  try {
    if (localStorage.getItem(key) === mark) return false;
    localStorage.setItem(key, mark);
    return true;
  } catch {
    return false;
  }
}

/** FNV-1a, 32 bits: enough to notice that a text was changed. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
