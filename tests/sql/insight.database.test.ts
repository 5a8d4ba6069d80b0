import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiSchema } from "../../config/areas/api";
import { clientPrograms } from "../../emulators/managementApi/clientPrograms";
import { checkoutRoot } from "../../foundation/checkout";
import { acceptanceOf, acceptedFindings } from "../../ops/advisors/accepted";
import { type Finding, findingsOf } from "../../ops/advisors/findings";
import { partitionsAnswer, partitionsQuery, withoutPartitions } from "../../ops/types/partitions";
import { clients, reason } from "../support/officialClients";
import { type BundledDatabase, startBundledDatabase } from "./support/database";

// The results of Supabase's own tools for the stack's database: the linter that the dashboard shows, and the generator
// of types. On both servers.
describe.skipIf(typeof clients === "string")(`Supabase's advisors and types${reason}`, () => {
  let database: BundledDatabase;
  beforeAll(async () => {
    database = await startBundledDatabase();
  });
  afterAll(() => database?.remove());

  async function findings(): Promise<Finding[]> {
    if (typeof clients === "string") throw new Error(clients);
    const url = `${database.cluster.url("postgres")}?sslmode=disable`;
    const options = ["--level", "info", "--fail-on", "none", "-o", "json", "--agent", "no"];
    const { stdout } = await execa(
      process.execPath,
      [clients.supabase, "db", "advisors", "--db-url", url, ...options],
      { env: { SUPABASE_TELEMETRY_DISABLED: "1", SUPABASE_NO_UPDATE_NOTIFIER: "1" }, stdin: "ignore" },
    );
    return findingsOf(JSON.parse(stdout));
  }

  test("the advisors find no error and no warning, and each information is accepted by name", async () => {
    const found = await findings();

    expect(found.filter((finding) => acceptanceOf(finding) === undefined)).toEqual([]);
    // Unused acceptances must be removed.
    expect(new Set(found.map(({ name }) => name))).toEqual(new Set(Object.keys(acceptedFindings)));
  });

  test("the advisors find a view that shows the users to anyone, and a function without a search path", async () => {
    await database.postgres.query(`
      create view public.everybody as select * from auth.users;
      grant select on public.everybody to anon;
      create function public.careless() returns integer language sql as $$ select 1 $$;`);

    const found = await findings();
    await database.postgres.query("drop view public.everybody; drop function public.careless()");

    const open = found.filter((finding) => acceptanceOf(finding) === undefined);
    expect(open.map(({ level, name }) => `${level} ${name}`)).toEqual([
      "error auth_users_exposed",
      "error security_definer_view",
      "warning function_search_path_mutable",
    ]);
  });

  async function typesOf(schemas: readonly string[]): Promise<string> {
    const types = await clientPrograms(console.log).types(database.cluster.url("postgres"), schemas);
    const { rows } = await database.postgres.query(partitionsQuery);
    const [{ partitions }] = partitionsAnswer.parse(rows);
    return withoutPartitions(types, partitions);
  }

  // `vitest -u` writes the file again.
  test("functions/_shared/database.types.ts has the types of every exposed schema", async () => {
    const { exposedSchemas } = apiSchema.parse({});

    const types = await typesOf(exposedSchemas);

    expect(types).toContain("work_orders: {");
    await expect(types).toMatchFileSnapshot(
      path.join(checkoutRoot(), "functions", "_shared", "database.types.ts"),
    );
  });

  test("a new partition leaves the types as they are, whatever references or contains it", async () => {
    await database.postgres.query(`
      create schema "any-month";
      create schema months;
      create table public."each month" (id int primary key) partition by range (id);
      create table public."each month 1" partition of public."each month" for values from (1) to (2)
        partition by range (id);
      create table public.booking (id int primary key, month int references public."each month");
      create table public.month_2 (id int primary key, next int references public.booking);
      create view public.booked as select id, month from public.booking;
      create function public.month_3() returns integer language sql set search_path = '' as $$ select 1 $$;`);
    const schemas = ["public", "any-month", "months"];
    const before = await typesOf(schemas);

    await database.postgres.query(`
      create table public."each month 2" partition of public."each month" for values from (2) to (3);
      create table public."each ""month""" partition of public."each month 1" for values from (1) to (2);
      create table "any-month"."month's" partition of public."each month" for values from (3) to (4);
      create table months.month_2 partition of public."each month" for values from (4) to (5);
      create table public.month_3 partition of public."each month" default;`);
    const after = await typesOf(schemas);
    await database.postgres.query(
      `drop schema "any-month", months cascade; drop function public.month_3();
       drop table public.month_2, public.booking, public."each month" cascade;`,
    );

    expect(after).toBe(before);
    expect(after).toContain('      "each month": {');
    expect(after).toContain("      month_2: {");
    expect(after).toContain("      month_3: ");
    expect(after.match(/referencedRelation: .*month.*/g)).toEqual([
      'referencedRelation: "each month"',
      'referencedRelation: "each month"',
    ]);
  });
});
