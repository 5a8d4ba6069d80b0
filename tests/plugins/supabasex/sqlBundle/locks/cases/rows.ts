import type { LockCase } from "./case";

/** Changes rows. */
export const rowCases: readonly LockCase[] = [
  { statement: "update $s.orders set note = 'none'", hazards: ["row-changes"] },
  { statement: "update $s.orders set note = 'none' where id = 1", hazards: [] },
  {
    statement: "update $s.orders set note = 'none' where amount = 2",
    sameTransaction: "alter table $s.orders add column priority integer;",
    note: "after a change of the table in the same transaction",
    hazards: ["work-under-lock"],
  },
  { statement: "delete from $s.orders", hazards: ["row-changes"] },
  { statement: "insert into $s.orders (customer_id) values (2)", hazards: [] },
  { statement: "update $s.orders set note = 'none' where true", hazards: ["row-changes"] },
  { statement: "delete from $s.orders where 1 = 1", hazards: ["row-changes"] },
  {
    statement: "with gone as (delete from $s.orders returning id) select count(*) from gone",
    hazards: ["row-changes"],
  },
  {
    statement: "create table $s.gone as with gone as (delete from $s.orders returning *) select * from gone",
    hazards: ["row-changes"],
  },
  {
    statement:
      "merge into $s.orders o using $s.customers c on o.customer_id = c.id when matched then update set note = c.name",
    hazards: [],
  },
  { statement: "select id from $s.orders for update", hazards: [] },
  {
    statement: "do $$ begin alter table $s.orders alter column amount type bigint; end $$",
    hazards: ["table-rewrite"],
  },
];
