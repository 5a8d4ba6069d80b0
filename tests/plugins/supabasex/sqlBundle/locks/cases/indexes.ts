import type { LockCase } from "./case";

/** Creates, rebuilds, renames and drops indexes. */
export const indexCases: readonly LockCase[] = [
  { statement: "create index orders_note on $s.orders (note)", hazards: ["index-build"] },
  { statement: "drop index $s.orders_state", hazards: ["index-drop"] },
  {
    statement: "reindex table $s.orders",
    note: "readers wait for its indexes",
    hazards: ["index-build"],
    locksIndexes: true,
  },
  {
    statement: "reindex index $s.orders_state",
    note: "readers wait for the index",
    hazards: ["index-build"],
    locksIndexes: true,
  },
  { statement: "alter index $s.orders_state rename to orders_by_state", hazards: [] },
  { statement: "alter index $s.orders_state set (fillfactor = 80)", hazards: [] },
  { statement: "create unique index orders_one on $s.orders (id, state)", hazards: ["index-build"] },
  {
    statement: "create index if not exists orders_state on $s.orders (state)",
    note: "it exists",
    hazards: [],
    doesLess: true,
  },
  { statement: "create index events_day on $s.events (day)", relation: "events", hazards: ["index-build"] },
  { statement: "create index events_day on only $s.events (day)", relation: "events", hazards: [] },
  { statement: "alter table $s.orders cluster on orders_state", hazards: [] },
  {
    statement: "drop index $s.orders_state cascade",
    hazards: ["index-drop"],
  },
  { statement: "cluster $s.orders using orders_state", hazards: ["table-rewrite"] },
];
