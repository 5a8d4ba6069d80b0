import { afterAll, beforeAll, expect, test } from "vitest";
import { canonicalIdentity, readCatalog } from "../../../../plugins/supabasex/provider/sqlBundle/catalog";
import { quote } from "../../../../plugins/supabasex/provider/sqlBundle/source/identifiers";
import { loadParser } from "../../../../plugins/supabasex/provider/sqlBundle/source/parser";
import { Databases } from "./support";

// Which names the server quotes depends on its keywords; our identities must not.
const databases = new Databases();
beforeAll(async () => {
  await Promise.all([databases.start(), loadParser()]);
});
afterAll(() => databases.stop());

test("every keyword of this server is quoted in names exactly as the newest PostgreSQL does", async () => {
  const client = await databases.cluster.client();
  const { rows } = await client.query<{ word: string; printed: string }>(
    "select word, format('table s.%I', word) as printed from pg_get_keywords() order by word",
  );

  expect(rows.length).toBeGreaterThan(450);
  expect(rows.map(({ printed }) => canonicalIdentity(printed))).toEqual(
    rows.map(({ word }) => `table s.${quote(word)}`),
  );
});

test("objects named like newer keywords have the same identities and types on every version", async () => {
  const bundle = await databases.bundle({
    "migrations/20260101000000_names.sql": `create schema $s;
create domain $s.json_object as jsonb check (jsonb_typeof(value) = 'object');
create table $s."json" (id int primary key, "json" json, settings $s.json_object, "system_user" text);
`,
    "repeatable/json_array.sql": `create or replace function $s.json_array(a json, b $s.json_object) returns json
language sql as $$ select a $$;
`,
  });

  await bundle.up();

  const expected = await readCatalog(bundle.manual);
  const { repeatables = {} } = (bundle.state?.outputs ?? {}) as {
    repeatables?: Record<string, { makes: string[] }>;
  };
  const { schema } = bundle;
  const identities = Object.keys(expected).filter((identity) => identity.includes(`${schema}."`));
  expect(identities).toEqual([
    `column ${schema}."json" "json"`,
    `column ${schema}."json" "system_user"`,
    `column ${schema}."json" id`,
    `column ${schema}."json" settings`,
    `constraint ${schema}."json" json_pkey`,
    `constraint ${schema}."json_object" json_object_check`,
    `function ${schema}."json_array"(json, ${schema}."json_object")`,
    `table ${schema}."json"`,
    `type ${schema}."json_object"`,
  ]);
  expect(expected[`column ${schema}."json" settings`]?.type).toBe(`${schema}."json_object"`);
  expect(expected[`column ${schema}."json" "json"`]?.type).toBe("json");
  expect(repeatables["repeatable/json_array.sql"]?.makes).toEqual([
    `function ${schema}."json_array"(json, ${schema}."json_object")`,
  ]);
  expect(await bundle.refresh()).toEqual([]);

  await bundle.sql('alter table $s."json" drop column "system_user"');
  expect(await bundle.refresh()).toEqual([`live["column ${schema}.\\"json\\" \\"system_user\\""]`]);
});
