/** The migration before the statements of a case. */
export const schema = `create schema $s;
create table $s.customers (id integer primary key, name text);
create table $s.orders (id integer primary key, name text);
grant select on $s.orders to service_role;
comment on table $s.orders is 'Orders.';
create function $s.total(n integer) returns integer language sql as $$ select n $$;
create function $s.noop() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger noop before update on $s.customers for each row execute function $s.noop();
create policy everything on $s.orders using (id > 0);
create index orders_name on $s.orders (name);
create publication $s;
grant create on schema $s to service_role;
`;
export const view = "create or replace view $s.v as select id, name from $s.customers;";
export const helper =
  "create or replace function $s.helper(n integer) returns integer language sql as $$ select n $$;";

/** A statement, and the rest of its file. */
export const removedStatements: { name: string; statement: string; rest?: string; taken: string }[] = [
  {
    name: "a grant on a table",
    statement: "grant select on $s.customers to authenticated;",
    taken: "table $s.customers: grants",
  },
  {
    name: "a revoke of what a migration granted",
    statement: "revoke select on $s.orders from service_role;",
    taken: "table $s.orders: grants",
  },
  {
    name: "a grant on all tables",
    statement: "grant insert on all tables in schema $s to authenticated;",
    taken: "table $s.customers: grants\n  table $s.orders: grants",
  },
  {
    name: "a grant on a column",
    statement: "grant select (name) on $s.customers to anon;",
    taken: "column $s.customers name: grants",
  },
  {
    name: "a comment in place of a migration's",
    statement: "comment on table $s.orders is 'All orders.';",
    taken: "table $s.orders: comment",
  },
  {
    name: "a row security switch",
    statement: "alter table $s.customers enable row level security;",
    taken: "table $s.customers: rowSecurity",
  },
  {
    name: "a row security switch in a loop",
    statement: `do $$ declare name text; begin
  foreach name in array array['customers', 'orders'] loop execute format('alter table $s.%I enable row level security', name); end loop;
end $$;`,
    taken: "table $s.customers: rowSecurity\n  table $s.orders: rowSecurity",
  },
  {
    name: "an owner",
    statement: "alter table $s.customers owner to service_role;",
    taken: "table $s.customers: owner",
  },
  {
    name: "a setting of a migration's function",
    statement: "alter function $s.total(integer) set search_path to pg_catalog;",
    taken: "function $s.total(integer): settings",
  },
  {
    name: "a policy's condition",
    statement: "alter policy everything on $s.orders to authenticated using (id > 1);",
    taken: "policy $s.orders everything: roles, using",
  },
  {
    name: "a trigger's state",
    statement: "alter table $s.customers disable trigger noop;",
    taken: "trigger $s.customers noop: enabled",
  },
  {
    name: "a member of a publication",
    statement: "alter publication $s add table $s.customers;",
    taken: "publication table $s $s.customers",
  },
  {
    name: "a storage option",
    statement: "alter table $s.customers set (fillfactor = 70);",
    taken: "table $s.customers: options",
  },
  {
    name: "a storage option of an index",
    statement: "alter index $s.orders_name set (fillfactor = 70);",
    taken: "index $s.orders_name: definition",
  },
  {
    name: "a column's default",
    statement: "alter table $s.customers alter column name set default 'nobody';",
    taken: "column $s.customers name: default",
  },
  {
    name: "a grant on the file's own view",
    statement: "grant select on $s.v to authenticated;",
    rest: view,
    taken: "view $s.v: grants",
  },
  {
    name: "a comment on a column of the file's own view",
    statement: "comment on column $s.v.name is 'Name.';",
    rest: view,
    taken: "column $s.v name",
  },
  {
    name: "a revoke on the file's own function",
    statement: "revoke all on function $s.helper(integer) from public;",
    rest: helper,
    taken: "function $s.helper(integer): grants",
  },
  {
    name: "a comment on the file's own function",
    statement: "comment on function $s.helper(integer) is 'Helps.';",
    rest: helper,
    taken: "function $s.helper(integer): comment",
  },
  {
    name: "an owner of the file's own view with its grants",
    statement: "alter view $s.v owner to service_role; grant select on $s.v to anon;",
    rest: view,
    taken: "view $s.v: grants, owner",
  },
];
