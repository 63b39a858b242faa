import type { DynaliteDb, DynaliteStore } from './dynalite';
import type { Item } from './item';

/** One item that an operation read, and the item that it wrote in its place. */
export interface TouchedItem {
  readonly table: string;
  readonly before: Item | undefined;
  /** Absent when the item was deleted, or only read. */
  after?: Item;
}

/** A view of a store for one operation. It notes every item that is read or written in `touched`. */
export function recordingStore(store: DynaliteStore, touched: Map<string, TouchedItem>): DynaliteStore {
  return { ...store, getItemDb: (table) => recordingDb(store.getItemDb(table), table, touched) };
}

function recordingDb(db: DynaliteDb, table: string, touched: Map<string, TouchedItem>): DynaliteDb {
  return {
    ...db,
    get: (key, callback) =>
      db.get(key, (error, before) => {
        touched.set(`${table}/${key}`, { table, before });
        callback(error, before);
      }),
    put: (key, item, callback) => {
      const known = touched.get(`${table}/${key}`);
      if (known) known.after = item;
      db.put(key, item, callback);
    },
  };
}
