/** Not `randomUUID`: browsers offer that on https only, and Assay is also run on a plain local network. */
export const newId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => (byte % 36).toString(36)).join("");
