import type { LockCase } from "./case";

const checked = "alter table $s.orders add constraint noted check (note is not null) not valid;";

/** Adds, validates and drops constraints, also those of domains. */
export const constraintCases: readonly LockCase[] = [
  {
    statement: "alter table only $s.events add constraint one unique (id, day)",
    relation: "events",
    note: "of a partitioned table",
    hazards: [],
  },
  {
    statement: "alter table $s.orders add constraint positive check (amount > 0)",
    hazards: ["check-scan"],
  },
  {
    statement: "alter table $s.orders add constraint positive check (amount > 0) not valid",
    hazards: [],
  },
  {
    statement: "alter table $s.orders validate constraint positive",
    before: "alter table $s.orders add constraint positive check (amount > 0) not valid;",
    note: "in a later deployment",
    hazards: [],
  },
  {
    statement: "alter table $s.orders validate constraint positive",
    sameTransaction: "alter table $s.orders add constraint positive check (amount > 0) not valid;",
    note: "in the transaction that adds it",
    hazards: ["work-under-lock"],
  },
  {
    statement:
      "alter table $s.orders add constraint customer foreign key (customer_id) references $s.customers",
    hazards: ["foreign-key-scan"],
  },
  {
    statement:
      "alter table $s.orders add constraint customer foreign key (customer_id) references $s.customers not valid",
    hazards: [],
  },
  {
    statement: "alter table $s.orders validate constraint customer",
    before:
      "alter table $s.orders add constraint customer foreign key (customer_id) references $s.customers not valid;",
    note: "of a foreign key",
    hazards: [],
  },
  { statement: "alter table $s.orders add constraint one unique (id, state)", hazards: ["unique-build"] },
  {
    statement: "alter table $s.orders add constraint one unique using index orders_one",
    before: "create unique index orders_one on $s.orders (id, state);",
    hazards: [],
  },
  {
    statement: "alter table $s.orders drop constraint noted",
    before: checked,
    hazards: [],
  },
  {
    statement: "alter table $s.orders rename constraint orders_pkey to orders_key",
    hazards: [],
  },
  {
    statement: "alter table $s.pairs add constraint pairs_key primary key using index pairs_one",
    before: `create table $s.pairs (id bigint, note text); insert into $s.pairs values (1);
      create unique index pairs_one on $s.pairs (id);`,
    relation: "pairs",
    note: "of a nullable column",
    hazards: ["not-null-scan"],
    needsCatalog: true,
  },
  {
    statement: "alter table $s.pairs add constraint pairs_key primary key using index pairs_one",
    before: `create table $s.pairs (id bigint not null default 1, note text); insert into $s.pairs values (2);
      create unique index pairs_one on $s.pairs (id);`,
    relation: "pairs",
    note: "of a column that is not null",
    hazards: [],
    doesLess: true,
  },
  {
    statement: "alter table $s.orders add constraint apart exclude using btree (id with =)",
    hazards: ["unique-build"],
  },
  {
    statement: "alter table $s.orders alter constraint customer deferrable initially deferred",
    before:
      "alter table $s.orders add constraint customer foreign key (customer_id) references $s.customers;",
    hazards: [],
  },
  {
    statement: "alter table $s.orders drop constraint customer",
    before:
      "alter table $s.orders add constraint customer foreign key (customer_id) references $s.customers;",
    note: "of a foreign key",
    hazards: [],
    isHidden: true,
  },
  {
    statement: "alter domain $s.rank add constraint high check (value < 100)",
    before: "create domain $s.rank as integer; alter table $s.orders add column rank $s.rank;",
    hazards: ["check-scan"],
    needsCatalog: true,
  },
  {
    statement: "alter domain $s.rank add constraint high check (value < 100)",
    before: `create domain $s.rank as integer; alter table $s.orders add column rank $s.rank;
      alter table $s.customers add column rank $s.rank; alter table $s.events add column rank $s.rank;`,
    note: "of columns of three tables, one with partitions",
    hazards: ["check-scan", "check-scan", "check-scan"],
    needsCatalog: true,
  },
  {
    statement: "alter domain $s.rank add constraint high check (value < 100) not valid",
    before: "create domain $s.rank as integer; alter table $s.orders add column rank $s.rank;",
    hazards: [],
  },
  {
    statement: "alter domain $s.rank validate constraint high",
    before: `create domain $s.rank as integer; alter table $s.orders add column rank $s.rank;
      alter domain $s.rank add constraint high check (value < 100) not valid;`,
    hazards: ["check-scan"],
    needsCatalog: true,
  },
  {
    statement: "alter domain $s.rank set not null",
    before: "create domain $s.rank as integer; alter table $s.orders add column rank $s.rank default 1;",
    hazards: ["not-null-scan"],
    needsCatalog: true,
  },
];
