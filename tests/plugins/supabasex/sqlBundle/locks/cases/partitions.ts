import type { LockCase } from "./case";

/** Creates, attaches, detaches and changes partitions. */
export const partitionCases: readonly LockCase[] = [
  {
    statement:
      "alter table $s.events attach partition $s.events_2027 for values from ('2027-01-01') to ('2028-01-01')",
    relation: "events_2027",
    hazards: ["partition-scan"],
  },
  {
    statement:
      "alter table $s.events attach partition $s.events_2027 for values from ('2027-01-01') to ('2028-01-01')",
    before:
      "alter table $s.events_2027 add check (day >= '2027-01-01' and day < '2028-01-01') not valid; alter table $s.events_2027 validate constraint events_2027_day_check;",
    relation: "events",
    note: "after a validated check",
    hazards: [],
    doesLess: true,
  },
  {
    statement: "alter table $s.events detach partition $s.events_2026",
    relation: "events",
    hazards: ["partition-detach"],
  },
  {
    statement:
      "create table $s.events_2028 partition of $s.events for values from ('2028-01-01') to ('2029-01-01')",
    relation: "events",
    hazards: ["partition-detach"],
  },
  {
    statement:
      "create table $s.events_2028 partition of $s.events for values from ('2028-01-01') to ('2029-01-01')",
    before:
      "create table $s.events_rest partition of $s.events default; alter table $s.events_rest alter column day set default '2030-01-01'; insert into $s.events values (1, '2030-01-01');",
    relation: "events_rest",
    note: "with a default partition",
    hazards: ["partition-detach", "partition-scan"],
    needsCatalog: true,
  },
  {
    statement:
      "alter table $s.events attach partition $s.events_2027 for values from ('2027-01-01') to ('2028-01-01')",
    before:
      "create table $s.events_rest partition of $s.events default; alter table $s.events_rest alter column day set default '2030-01-01'; insert into $s.events values (1, '2030-01-01');",
    relation: "events_rest",
    note: "with a default partition",
    hazards: ["partition-scan"],
  },
  {
    statement: "drop table $s.events_2026",
    relation: "events",
    note: "a partition",
    hazards: ["data-loss", "partition-detach"],
    needsCatalog: true,
  },
  { statement: "truncate $s.events", relation: "events", hazards: ["data-loss"] },
  { statement: "alter table $s.events add column kind text", relation: "events", hazards: [] },
  {
    statement: "alter table $s.events alter column id type integer",
    relation: "events",
    hazards: ["table-rewrite"],
  },
  {
    statement: "alter table only $s.events alter column id set statistics 200",
    relation: "events",
    hazards: [],
  },
];
