import type { LockCase } from "./case";

/** Changes views, sequences, policies, triggers, rules and functions. */
export const viewAndCodeCases: readonly LockCase[] = [
  { statement: "create policy own on $s.orders using (customer_id = 1)", hazards: [] },
  { statement: "drop policy everyone on $s.orders", hazards: [] },
  { statement: "alter table $s.orders enable row level security", hazards: [] },
  {
    statement: "create trigger also before insert on $s.orders for each row execute function $s.noted()",
    hazards: [],
  },
  { statement: "drop trigger noted on $s.orders", hazards: [] },
  { statement: "alter table $s.orders disable trigger noted", hazards: [] },
  {
    statement: "create or replace view $s.open_orders as select id, state, note from $s.orders",
    relation: "open_orders",
    hazards: [],
  },
  {
    statement: "refresh materialized view $s.totals",
    relation: "totals",
    hazards: ["view-refresh"],
  },
  {
    statement: "refresh materialized view concurrently $s.totals",
    relation: "totals",
    hazards: [],
  },
  { statement: "alter sequence $s.numbers restart with 100", relation: "numbers", hazards: [] },
  { statement: "alter sequence $s.numbers set unlogged", relation: "numbers", hazards: [] },
  { statement: "alter sequence $s.numbers as integer", relation: "numbers", hazards: [] },
  { statement: "alter sequence $s.numbers owned by $s.orders.id", relation: "numbers", hazards: [] },
  {
    statement: "alter view $s.open_orders set (security_invoker = on)",
    relation: "open_orders",
    hazards: [],
  },
  { statement: "alter policy everyone on $s.orders using (false)", hazards: [] },
  { statement: "create rule quiet as on delete to $s.orders do instead nothing", hazards: [] },
  {
    statement:
      "create constraint trigger late after insert on $s.orders from $s.customers deferrable initially deferred for each row execute function $s.noted()",
    hazards: [],
  },
  { statement: "alter trigger noted on $s.orders rename to stamped", hazards: [] },
  { statement: "comment on column $s.orders.note is 'free text'", hazards: [] },
  { statement: "drop function $s.noted() cascade", hazards: [], isHidden: true },
  { statement: "drop materialized view $s.totals", relation: "totals", hazards: ["client-break"] },
  {
    statement: "create materialized view $s.sums as select sum(amount) from $s.orders",
    hazards: [],
  },
];
