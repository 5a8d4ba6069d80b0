import * as z from "zod";
import { queryDatabase } from "./queryDatabase";
import type { Services } from "./services";
import type { ProjectRecord } from "./state/record";

const migrations = z.array(
  z.object({ version: z.string(), name: z.string().nullable(), statements: z.array(z.string()).nullable() }),
);

const historyTable = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
  alter table supabase_migrations.schema_migrations
    add column if not exists statements text[],
    add column if not exists name text;`;

/**
 * Runs the migrations of one project's history that another lacks, up to an optional version, and deploys the edge
 * functions: what the platform's workers do when a branch is pushed, merged or reset. Each migration is recorded in its own
 * transaction, so those before a failure stay applied.
 */
export async function carryOver(
  services: Services,
  { from, to }: { readonly from: ProjectRecord; readonly to: ProjectRecord },
  upTo?: string,
): Promise<void> {
  const query = queryDatabase(services);
  const historyOf = async (project: ProjectRecord) => {
    await query(project, "postgres", historyTable);
    const sql =
      "select version, name, statements from supabase_migrations.schema_migrations order by version";
    return migrations.parse(await query(project, "postgres", sql));
  };
  const known = new Set((await historyOf(to)).map(({ version }) => version));
  for (const { version, name, statements } of await historyOf(from)) {
    if (known.has(version) || (upTo !== undefined && version > upTo)) continue;
    const record = `insert into supabase_migrations.schema_migrations (version, name, statements)
      values (${literal(version)}, ${name === null ? "null" : literal(name)}, ${arrayOf(statements ?? [])})`;
    await query(to, "postgres", ["begin", ...(statements ?? []), record, "commit"].join(";\n"));
  }
  copyFunctions(services, from, to);
}

function copyFunctions({ store }: Services, from: ProjectRecord, to: ProjectRecord): void {
  for (const [slug, deployed] of Object.entries(from.functions)) {
    for (const digest of Object.values(deployed.files))
      store.putBlob(to.ref, store.getBlob(from.ref, digest));
    const before = to.functions[slug];
    const version = (before?.version ?? 0) + 1;
    to.functions[slug] = { ...deployed, id: before?.id ?? deployed.id, version, updated_at: Date.now() };
  }
  store.save(to);
}

function arrayOf(texts: readonly string[]): string {
  return `array[${texts.map(literal).join(", ")}]::text[]`;
}

/** Quotes any text as a SQL literal. */
function literal(text: string): string {
  return `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
