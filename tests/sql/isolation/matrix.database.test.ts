import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, actors, as, attempt, member, type Outcome } from "../support/actors";
import { type BundledDatabase, startBundledDatabase } from "../support/database";
import { seedWorld, tenantId } from "../support/world";
import { type Relation, readFunctions, readRelations } from "./catalog";
import { type Expected, expectedOf } from "./securityModel";

/** A row as the deployer sees it, with the columns that determine who may access it. */
interface Row {
  readonly id: string;
  readonly tenant: string | null;
  readonly owner: string | null;
  readonly restricted: boolean;
  readonly image: Readonly<Record<string, unknown>>;
}

let database: BundledDatabase;
let relations: Relation[];
const rowsOf = new Map<string, Row[]>();

beforeAll(async () => {
  database = await startBundledDatabase();
  await seedWorld(database.postgres);
  relations = await readRelations(database.postgres);
  for (const relation of relations) {
    if (relation.class === "statistics") continue;
    const { rows } = await database.postgres.query<{ image: Record<string, unknown> }>(
      `select to_jsonb(r) as image from ${relation.name} as r`,
    );
    rowsOf.set(
      relation.name,
      rows.map(({ image }) => ({
        id: String(image.id),
        tenant: (image.tenant_id ?? (relation.class === "tenants" ? image.id : null)) as string | null,
        owner: (image.user_id ?? (relation.class === "users" ? image.id : null)) as string | null,
        restricted: image.pii_restricted === true,
        image,
      })),
    );
  }
});

afterAll(async () => await database.remove());

const namesOf = (actor: Actor): string[] =>
  actor.tenantRole === undefined ? [actor.name] : ["member", actor.tenantRole];

/** Returns the ids that correspond to the expectation. */
function expectedIds(actor: Actor, relation: Relation, expected: Expected): string[] | "denied" {
  const rows = rowsOf.get(relation.name) ?? [];
  const tenant = actor.tenant === undefined ? undefined : tenantId(actor.tenant);
  switch (expected) {
    case "denied":
      return "denied";
    case "none":
      return [];
    case "self":
      return idsOf(rows.filter((row) => row.owner === actor.claims?.sub));
    case "tenant":
      return idsOf(rows.filter((row) => row.tenant === tenant));
    case "open":
      return idsOf(rows.filter((row) => row.tenant === tenant && !row.restricted));
    case "all":
      return idsOf(rows);
    default:
      throw new Error(`${expected} is not an outcome of a table`);
  }
}

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map((row) => row.id).sort();

/** Tries each row separately, so that the outcome names exactly the rows that were touched. */
async function touchedIds(
  client: Client,
  relation: Relation,
  statement: (row: Row) => [sql: string, values: unknown[]],
): Promise<string[] | "denied"> {
  const touched: Row[] = [];
  for (const row of rowsOf.get(relation.name) ?? []) {
    const outcome = await attempt(client, ...statement(row), { undo: true });
    // A missing privilege does not depend on the row, so one attempt is enough.
    if (lacksRight(outcome)) return "denied";
    if ("rows" in outcome ? outcome.rows > 0 : reached(outcome.code)) touched.push(row);
  }
  return idsOf(touched);
}

/**
 * Returns whether a foreign key, a duplicate key or a trigger refused the statement, so that privileges and policies had allowed
 * it.
 */
const reached = (code: string): boolean => /^23/.test(code);

const lacksRight = (outcome: Outcome): boolean =>
  "code" in outcome && outcome.code === "42501" && /^permission denied/.test(outcome.message);

/** Returns the first column that the actor may write or, if there is none, the last one, to see the refusal. */
async function writableColumn(client: Client, actor: Actor, relation: Relation): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select name from unnest($3::text[]) as name
     where has_schema_privilege($1, split_part($2, '.', 1), 'usage') and has_column_privilege($1, $2, name, 'update')
       and name not in ('id', 'tenant_id', 'role')`,
    [actor.role, relation.name, relation.columns],
  );
  return client.escapeIdentifier(rows[0]?.name ?? relation.columns.at(-1) ?? "id");
}

/** Returns a new row like this one: same tenant, other keys. */
function sibling(relation: Relation, row: Row): Record<string, unknown> {
  const fresh = crypto.randomUUID();
  const replaced: Record<string, unknown> = {
    id: relation.class === "users" ? row.image.id : fresh,
    channel: fresh,
    sku: fresh,
    subdomain: `t${fresh}`,
    timestamp: "2026-01-01T00:00:00Z",
  };
  return Object.fromEntries(
    Object.entries(row.image).map(([column, value]) => [
      column,
      column in replaced ? replaced[column] : value,
    ]),
  );
}

const commands: Readonly<
  Record<string, (client: Client, actor: Actor, relation: Relation) => Promise<string[] | "denied">>
> = {
  async select(client, _actor, relation) {
    return await readIds(client, `select id::text as id from ${relation.name}`);
  },
  async copy(client, _actor, relation) {
    const source = relation.kind === "table" ? relation.name : `(select * from ${relation.name})`;
    return await copyIds(client, `copy ${source} to stdout`, relation.columns.indexOf("id"));
  },
  async insert(client, _actor, relation) {
    return await touchedIds(client, relation, (row) => {
      const image = sibling(relation, row);
      const columns = Object.keys(image)
        .map((name) => client.escapeIdentifier(name))
        .join(", ");
      return [
        `insert into ${relation.name} (${columns}) select ${columns} from jsonb_populate_record(null::${relation.name}, $1)`,
        [JSON.stringify(image)],
      ];
    });
  },
  async update(client, actor, relation) {
    const column = await writableColumn(client, actor, relation);
    return await touchedIds(client, relation, (row) => [
      `update ${relation.name} set ${column} = ${column} where id = $1`,
      [row.id],
    ]);
  },
  async delete(client, _actor, relation) {
    return await touchedIds(client, relation, (row) => [
      `delete from ${relation.name} where id = $1`,
      [row.id],
    ]);
  },
};

async function readIds(client: Client, sql: string): Promise<string[] | "denied"> {
  const outcome = await attempt(client, sql);
  if (lacksRight(outcome)) return "denied";
  const { rows } = await client.query<{ id: string }>(sql);
  return idsOf(rows);
}

async function copyIds(client: Client, sql: string, column: number): Promise<string[] | "denied"> {
  const { to } = await import("pg-copy-streams");
  await client.query("savepoint copy");
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of client.query(to(sql))) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().split("\n").slice(0, -1);
    return lines.map((line) => line.split("\t")[column] ?? "").sort();
  } catch (error) {
    await client.query("rollback to savepoint copy");
    if (lacksRight(error as Outcome)) return "denied";
    throw error;
  }
}

describe.each(actors.map((actor) => [actor.name, actor] as const))("%s", (_name, actor) => {
  test.each(Object.keys(commands))("%s", async (command) => {
    const run = commands[command];
    const actual: Record<string, unknown> = {};
    const wanted: Record<string, unknown> = {};
    await as(database, actor, async (client) => {
      for (const relation of relations.filter((each) => each.class !== "statistics")) {
        if (relation.kind === "view" && command !== "select" && command !== "copy") continue;
        const expected = expectedOf(namesOf(actor), relation.class, command);
        wanted[relation.name] = expectedIds(actor, relation, expected);
        actual[relation.name] = await run?.(client, actor, relation);
      }
    });

    expect(actual).toEqual(wanted);
  });

  test("select from statistics", async () => {
    const expected = expectedOf(namesOf(actor), "statistics", "select") === "denied" ? "denied" : "readable";
    const actual: Record<string, string> = {};
    const views = relations.filter((relation) => relation.class === "statistics");
    await as(database, actor, async (client) => {
      for (const view of views) {
        const outcome = await attempt(client, `select * from ${view.name}`);
        actual[view.name] = lacksRight(outcome) ? "denied" : "rows" in outcome ? "readable" : outcome.message;
      }
    });

    expect(views.length).toBeGreaterThanOrEqual(6);
    expect(actual).toEqual(Object.fromEntries(views.map((view) => [view.name, expected])));
  });

  test("truncate, references, trigger, and maintain if the server has it", async () => {
    const rights = await tableRights(database.postgres);
    const { rows } = await database.postgres.query<{ name: string; held: string[] }>(
      `select relation as name, array(
         select privilege from unnest($3::text[]) as privilege
         where has_table_privilege($1, relation, privilege)
       ) as held
       from unnest($2::text[]) as relation`,
      [actor.role, relations.map((relation) => relation.name), rights],
    );

    expect(Object.fromEntries(rows.map((row) => [row.name, row.held]))).toEqual(
      Object.fromEntries(
        relations.map((relation) => [
          relation.name,
          rights.filter((command) => expectedOf(namesOf(actor), relation.class, command) !== "denied"),
        ]),
      ),
    );
  });

  test("execute", async () => {
    const functions = await readFunctions(database.postgres);
    const { rows } = await database.postgres.query<{ signature: string; outcome: string }>(
      `select signature, case
         when not has_function_privilege($1, signature, 'execute') then 'denied'
         when has_schema_privilege($1, split_part(signature, '.', 1), 'usage') then 'callable'
         else 'policies'
       end as outcome
       from unnest($2::text[]) as signature`,
      [actor.role, functions.map((each) => each.signature)],
    );

    expect(Object.fromEntries(rows.map((row) => [row.signature, row.outcome]))).toEqual(
      Object.fromEntries(
        functions.map((each) => [each.signature, expectedOf(namesOf(actor), each.class, "execute")]),
      ),
    );
  });
});

/** Returns the privileges on a table that bypass its policies; PostgreSQL 17 added one. */
async function tableRights(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  );
  return ["truncate", "references", "trigger", ...((rows[0]?.version ?? 0) >= 170_000 ? ["maintain"] : [])];
}

test("control: a new table without policies fails the matrix without a change of the tests", async () => {
  const { postgres } = database;
  await postgres.query("begin");
  try {
    await postgres.query(`
      create table retail.forgotten as select tenant_id, id from retail.orders;
      grant select on retail.forgotten to authenticated`);
    const known = relations.map((relation) => relation.name);
    const added = (await readRelations(postgres)).filter((relation) => !known.includes(relation.name));
    await postgres.query("set local role authenticated");
    const seen = await commands.select?.(postgres, member("a", "user"), added[0] as Relation);

    expect(added.map((relation) => [relation.name, relation.class])).toEqual([["retail.forgotten", "data"]]);
    // What the model expects of data: the tenant's two rows. What is seen: those of tenant b as well.
    expect(expectedOf(["member", "user"], "data", "select")).toBe("tenant");
    expect(seen).toHaveLength(5);
  } finally {
    await postgres.query("rollback");
  }
});

test("every table has rows of both tenants, so that a missing policy is detected", () => {
  const oneSided = relations
    .filter((relation) =>
      ["data", "customers", "presence", "users", "tenants", "metrics", "audit"].includes(relation.class),
    )
    .filter((relation) => {
      const tenants = new Set((rowsOf.get(relation.name) ?? []).map((row) => row.tenant));
      return !tenants.has(tenantId("a")) || !tenants.has(tenantId("b"));
    });

  expect(oneSided.map((relation) => relation.name)).toEqual([]);
});
