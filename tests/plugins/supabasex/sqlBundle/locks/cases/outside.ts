import type { LockCase } from "./case";

/** Statements that run outside of a transaction. While one waits for an older transaction, its locks can be observed. */
export const outside: readonly LockCase[] = [
  { statement: "create index concurrently orders_note on $s.orders (note)", hazards: [] },
  { statement: "drop index concurrently $s.orders_state", hazards: [] },
  { statement: "reindex index concurrently $s.orders_state", hazards: [] },
  {
    statement: "alter table $s.events detach partition $s.events_2026 concurrently",
    relation: "events",
    hazards: [],
  },
];
