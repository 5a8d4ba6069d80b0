import { type BundleChange, changed, extra, missing } from "./bundleChange";

const trigger = "trigger shared.ledger keep_ledger";
const ofPartition = "trigger shared.ledger_2026_01 keep_ledger";
const recreate = `create or replace trigger keep_ledger before update or delete or truncate on shared.ledger_2026_01
  for each statement execute function shared.refuse(); alter table shared.ledger_2026_01 enable always trigger keep_ledger`;
const recreateOn = (table: string) => recreate.replaceAll("ledger_2026_01", table);
const ofLeaf = "trigger shared.ledger_2025_12 keep_ledger";

/** Changes of partitions whose parent has statement triggers, which the server does not copy to them. */
export const partitionChanges: readonly BundleChange[] = [
  {
    name: "one partition loses the trigger that makes its table append-only",
    severity: "opens",
    change: "drop trigger keep_ledger on shared.ledger_2026_01",
    reverse: recreate,
    reports: changed(trigger, "partitions"),
    repairedBy: "up",
  },
  {
    name: "all partitions lose the trigger that makes their table append-only",
    severity: "opens",
    change: `drop trigger keep_ledger on shared.ledger_2026_01; drop trigger keep_ledger on shared.ledger_default;
      drop trigger keep_ledger on shared.ledger_2025; drop trigger keep_ledger on shared.ledger_2025_12`,
    reverse: ["ledger_2026_01", "ledger_default", "ledger_2025", "ledger_2025_12"].map(recreateOn).join("; "),
    reports: changed(trigger, "partitions"),
    repairedBy: "up",
  },
  {
    name: "the trigger that makes a table append-only is disabled on one partition",
    severity: "opens",
    change: "alter table shared.ledger_2026_01 disable trigger keep_ledger",
    reverse: "alter table shared.ledger_2026_01 enable always trigger keep_ledger",
    reports: [...changed(trigger, "partitions"), ...extra(ofPartition)],
    repairedBy: "up",
  },
  {
    name: "the trigger that makes a table append-only does not fire for replicated changes on one partition",
    severity: "opens",
    change: "alter table shared.ledger_2026_01 enable trigger keep_ledger",
    reverse: "alter table shared.ledger_2026_01 enable always trigger keep_ledger",
    reports: [...changed(trigger, "partitions"), ...extra(ofPartition)],
    repairedBy: "up",
  },
  {
    name: "a trigger of one partition no longer fires before TRUNCATE",
    severity: "opens",
    change: `create or replace trigger keep_ledger before update or delete on shared.ledger_2026_01
      for each statement execute function shared.refuse()`,
    reverse: recreate,
    reports: [...changed(trigger, "partitions"), ...extra(ofPartition)],
    repairedBy: "up",
  },
  {
    name: "a partition of a partition loses the trigger that makes its table append-only",
    severity: "opens",
    change: "drop trigger keep_ledger on shared.ledger_2025_12",
    reverse: recreateOn("ledger_2025_12"),
    reports: changed(trigger, "partitions"),
    repairedBy: "up",
  },
  {
    name: "the trigger that makes a table append-only is disabled on a partition of a partition",
    severity: "opens",
    change: "alter table shared.ledger_2025_12 disable trigger keep_ledger",
    reverse: "alter table shared.ledger_2025_12 enable always trigger keep_ledger",
    reports: [...changed(trigger, "partitions"), ...extra(ofLeaf)],
    repairedBy: "up",
  },
  {
    name: "a partition with partitions of its own loses the trigger that makes its table append-only, but they do not",
    severity: "opens",
    change: "drop trigger keep_ledger on shared.ledger_2025",
    reverse: recreateOn("ledger_2025"),
    reports: changed(trigger, "partitions"),
    repairedBy: "up",
  },
  {
    name: "the trigger that makes a table append-only is disabled on the table, but not on its partitions",
    severity: "opens",
    change: "alter table shared.ledger disable trigger keep_ledger",
    reverse: "alter table shared.ledger enable always trigger keep_ledger",
    reports: changed(trigger, "enabled", "partitions"),
    repairedBy: "up",
  },
  {
    name: "the trigger that makes a table append-only is dropped from the table, but not from its partitions",
    severity: "opens",
    change: "drop trigger keep_ledger on shared.ledger",
    reverse: recreateOn("ledger"),
    reports: missing(trigger),
    repairedBy: "up",
  },
  {
    name: "the trigger that makes a table append-only is dropped from the table, and disabled on one partition",
    severity: "opens",
    change:
      "drop trigger keep_ledger on shared.ledger; alter table shared.ledger_2026_01 disable trigger keep_ledger",
    reverse: `${recreateOn("ledger")}; alter table shared.ledger_2026_01 enable always trigger keep_ledger`,
    reports: [...missing(trigger), ...extra(ofPartition)],
    repairedBy: "up",
  },
  {
    name: "a partition without the trigger that makes its table append-only is added",
    severity: "opens",
    change: `create table shared.ledger_2026_02 partition of shared.ledger for values from ('2026-02-01') to ('2026-03-01');
      alter table shared.ledger_2026_02 owner to app_owner;
      alter table shared.ledger_2026_02 enable row level security, force row level security`,
    reverse: "drop table shared.ledger_2026_02",
    reports: changed(trigger, "partitions"),
    repairedBy: "up",
  },
  {
    name: "the default partition is dropped, so rows without another partition are refused",
    severity: "changes",
    change: "drop table shared.ledger_default",
    reverse: `create table shared.ledger_default partition of shared.ledger default;
      alter table shared.ledger_default owner to app_owner;
      alter table shared.ledger_default enable row level security, force row level security;
      ${recreateOn("ledger_default")}`,
    reports: changed("table shared.ledger", "defaultPartition"),
    repairedBy: "hand",
  },
];
