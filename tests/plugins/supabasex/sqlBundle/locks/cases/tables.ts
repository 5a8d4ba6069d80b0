import type { LockCase } from "./case";

/** Creates, changes, renames and drops whole tables and what they consist of. */
export const tableCases: readonly LockCase[] = [
  { statement: "create table $s.items (id bigint primary key)", hazards: [] },
  {
    statement: "create table $s.items (order_id bigint references $s.orders)",
    hazards: [],
  },
  { statement: "create table $s.archive (like $s.orders including all)", hazards: [] },
  { statement: "drop table $s.orders cascade", hazards: ["data-loss"] },
  { statement: "truncate $s.orders", hazards: ["data-loss"] },
  { statement: "alter table $s.orders rename to purchases", hazards: ["client-break"] },
  { statement: "alter table $s.orders set schema public", hazards: ["client-break"] },
  { statement: "alter table $s.orders set unlogged", hazards: ["table-rewrite"] },
  { statement: "alter table $s.orders set (fillfactor = 80)", hazards: [] },
  { statement: "alter table $s.orders owner to postgres", hazards: [] },
  { statement: "alter table $s.orders replica identity full", hazards: [] },
  { statement: "comment on table $s.orders is 'what customers buy'", hazards: [] },
  { statement: "grant select on $s.orders to authenticated", hazards: [] },
  { statement: "lock table $s.orders in share mode", hazards: ["explicit-lock"] },
  { statement: "analyze $s.orders", hazards: [] },
  { statement: "create statistics $s.more on customer_id, note from $s.orders", hazards: [] },
  {
    statement: "alter table $s.purchases alter column amount type bigint",
    sameTransaction: "alter table $s.orders rename to purchases;",
    note: "renamed in the same transaction",
    hazards: ["table-rewrite"],
  },
  {
    statement: "alter table $s.orders set logged",
    note: "it is logged",
    hazards: [],
    doesLess: true,
  },
  {
    statement: "alter table $s.orders set access method heap",
    note: "its method",
    hazards: [],
    doesLess: true,
  },
  {
    statement: "alter table $s.orders inherit $s.base",
    before: "create table $s.base (id bigint not null);",
    hazards: [],
  },
  { statement: "alter table $s.orders set (user_catalog_table = true)", hazards: [] },
  {
    statement: "truncate $s.customers cascade",
    before:
      "alter table $s.orders add constraint customer foreign key (customer_id) references $s.customers;",
    relation: "customers",
    note: "a foreign key references it",
    hazards: ["data-loss", "data-loss"],
    isHidden: true,
  },
  {
    statement: "drop table $s.customers cascade",
    before:
      "alter table $s.orders add constraint customer foreign key (customer_id) references $s.customers;",
    relation: "customers",
    note: "a foreign key references it",
    hazards: ["data-loss"],
    isHidden: true,
  },
  {
    statement: "drop schema $s cascade",
    hazards: ["data-loss", "data-loss", "data-loss", "client-break", "data-loss", "client-break"],
    needsCatalog: true,
  },
  {
    statement: "alter type $s.pair alter attribute b type bigint cascade",
    before:
      "create type $s.pair as (a integer, b integer); create table $s.pairs of $s.pair; insert into $s.pairs values (1, 2);",
    relation: "pairs",
    note: "of a table of the type",
    hazards: ["table-rewrite"],
    isHidden: true,
  },
  {
    statement: "drop type $s.mood cascade",
    before: "create type $s.mood as enum ('good'); alter table $s.orders add column mood $s.mood;",
    note: "of a column",
    hazards: ["data-loss"],
    needsCatalog: true,
  },
  {
    statement: "drop type $s.mood cascade",
    before: "create type $s.mood as enum ('good'); alter table $s.events add column mood $s.mood;",
    relation: "events",
    note: "of a column of a table with partitions",
    hazards: ["data-loss"],
    needsCatalog: true,
  },
  { statement: "drop sequence $s.numbers", relation: "numbers", hazards: ["client-break"] },
  {
    statement: "create publication changes for table $s.orders",
    hazards: [],
  },
  { statement: "create table $s.copied as select * from $s.orders", hazards: [] },
];
