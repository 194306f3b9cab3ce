/** What must survive a reload, a crash or a lost connection: drafts, and answers not acknowledged yet. */

export interface Keep<T> {
  get(key: string): Promise<T | undefined>;
  set(key: string, value: T): Promise<void>;
  delete(key: string): Promise<void>;
  /** Oldest key first. */
  all(): Promise<T[]>;
}

export function memoryKeep<T>(): Keep<T> {
  const kept = new Map<string, T>();
  return {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, structuredClone(value)),
    delete: async (key) => void kept.delete(key),
    all: async () => [...kept.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value),
  };
}

const STORES = ["drafts", "outbox"] as const;
export type StoreName = (typeof STORES)[number];

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const opening = indexedDB.open("assay-work", 1);
    opening.onupgradeneeded = () => {
      for (const name of STORES) opening.result.createObjectStore(name);
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error("storage is refused"));
  });
  return opened;
}

/**
 * In this browser's IndexedDB; in memory where it is refused (some private windows), so that work goes on and only
 * a reload forgets.
 */
export function browserKeep<T>(store: StoreName): Keep<T> {
  const fallback = memoryKeep<T>();
  async function run<R>(mode: IDBTransactionMode, ask: (objects: IDBObjectStore) => IDBRequest, without: () => Promise<R>): Promise<R> {
    let database: IDBDatabase;
    try {
      database = await open();
    } catch {
      return without();
    }
    return new Promise<R>((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const asked = ask(transaction.objectStore(store));
      // Waiting for the transaction and not for the request: only then is it written.
      transaction.oncomplete = () => resolve(asked.result as R);
      transaction.onerror = () => reject(transaction.error ?? new Error("storage failed"));
      transaction.onabort = () => reject(transaction.error ?? new Error("storage is full"));
    });
  }
  return {
    get: (key) => run("readonly", (objects) => objects.get(key), () => fallback.get(key)),
    set: (key, value) => run("readwrite", (objects) => objects.put(value, key), () => fallback.set(key, value)),
    delete: (key) => run("readwrite", (objects) => objects.delete(key), () => fallback.delete(key)),
    all: () => run("readonly", (objects) => objects.getAll(), () => fallback.all()),
  };
}
