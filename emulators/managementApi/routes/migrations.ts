import { Hono } from "hono";
import * as z from "zod";
import { ApiError, type EmulatorEnvironment, pathParameter, readBody } from "../http";
import { queryDatabase } from "../queryDatabase";
import type { Services } from "../services";
import type { ProjectRecord } from "../state/record";

const migration = z.strictObject({
  query: z.string().min(1),
  name: z.string().optional(),
  rollback: z.string().optional(),
});

/** Creates the history table like the platform, with more columns than the CLI's. */
const historyTable = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
  alter table supabase_migrations.schema_migrations
    add column if not exists statements text[],
    add column if not exists name text,
    add column if not exists created_by text,
    add column if not exists idempotency_key text unique,
    add column if not exists rollback text[];`;

/** Routes of `database/migrations`: the history, which the CLI also uses, and applying a migration with its record. */
export function migrationRoutes(services: Services) {
  const routes = new Hono<EmulatorEnvironment>();
  const query = queryDatabase(services);

  const exists = async (project: ProjectRecord): Promise<boolean> => {
    const sql = "select to_regclass('supabase_migrations.schema_migrations') is not null as there";
    return (await query(project, "postgres", sql))[0]?.there === true;
  };

  routes.get("/", async (context) => {
    const project = context.get("project");
    if (!(await exists(project))) return context.json([]);
    const sql =
      "select version, coalesce(name, '') as name from supabase_migrations.schema_migrations order by version";
    return context.json(await query(project, "postgres", sql));
  });

  routes.get("/:version", async (context) => {
    const project = context.get("project");
    const sql =
      "select version, coalesce(name, '') as name, coalesce(statements, '{}') as statements from supabase_migrations.schema_migrations where version = $1";
    const rows = (await exists(project))
      ? await query(project, "postgres", sql, { parameters: [pathParameter(context, "version")] })
      : [];
    if (rows[0] === undefined) throw new ApiError(404, "Migration not found");
    return context.json(rows[0]);
  });

  /** Runs and records the migration in one transaction. Does nothing if the idempotency key was used before. */
  routes.post("/", async (context) => {
    const project = context.get("project");
    const body = await readBody(context, migration);
    const key = context.req.header("Idempotency-Key") ?? null;
    await query(project, "postgres", historyTable);
    const used =
      key === null
        ? []
        : await query(
            project,
            "postgres",
            "select 1 from supabase_migrations.schema_migrations where idempotency_key = $1",
            { parameters: [key] },
          );
    if (used.length === 0) await query(project, "postgres", transaction(body, key));
    return context.json({}, 200);
  });

  /** Records a migration without running it. */
  routes.put("/", async (context) => {
    const project = context.get("project");
    const body = await readBody(context, migration);
    const key = context.req.header("Idempotency-Key") ?? null;
    await query(project, "postgres", historyTable);
    await query(project, "postgres", record(body, key));
    return context.json({}, 200);
  });

  return routes;
}

function transaction(body: z.infer<typeof migration>, key: string | null): string {
  return `begin;\n${body.query}\n;\n${record(body, key)};\ncommit;`;
}

function record({ query, name, rollback }: z.infer<typeof migration>, key: string | null): string {
  const version = new Date()
    .toISOString()
    .replaceAll(/[^0-9]/g, "")
    .slice(0, 14);
  const values = [
    literal(version),
    literal(name ?? ""),
    `array[${literal(query)}]`,
    key === null ? "null" : literal(key),
    rollback === undefined ? "null" : `array[${literal(rollback)}]`,
  ];
  return `insert into supabase_migrations.schema_migrations (version, name, statements, idempotency_key, rollback) values (${values.join(", ")})`;
}

/** Quotes any text as a SQL literal. */
function literal(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
