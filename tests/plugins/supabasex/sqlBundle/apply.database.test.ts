import { afterAll, beforeAll, expect, test } from "vitest";
import { Databases } from "./support";

const databases = new Databases();
beforeAll(() => databases.start());
afterAll(() => databases.stop());

const twoTables = {
  "migrations/20260101000000_tables.sql": `
create schema $s;
create table $s.tenants (id bigint primary key, name text not null);
create table $s.customers (id bigint primary key, tenant_id bigint not null references $s.tenants, email text);
alter table $s.customers enable row level security;
grant usage on schema $s to authenticated;
grant select on $s.customers to authenticated;
`,
  "repeatable/functions/tenant.sql": `
create or replace function $s.tenant() returns bigint language sql stable as $$ select 1::bigint $$;
revoke all on function $s.tenant() from public;
grant execute on function $s.tenant() to authenticated;
`,
  "repeatable/policies/a_customers.sql": `
create policy own_rows on $s.customers for select to authenticated using (tenant_id = (select $s.tenant()));
`,
};

test("a bundle is applied once, and then there is nothing to do", async () => {
  const bundle = await databases.bundle(twoTables);

  await bundle.up();

  expect(await bundle.history()).toEqual(Object.keys(twoTables).sort());
  expect(await bundle.refresh()).toEqual([]);
  expect(await bundle.up()).toBe(false);
});
