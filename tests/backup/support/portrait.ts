import { execFileSync } from "node:child_process";
import path from "node:path";
import pg from "pg";
import { readAccess } from "../../../backup/postgres/access";
import { findTools } from "../../../backup/postgres/tools";

/** Everything that distinguishes two databases, read without code of the restoring program. */
export interface Portrait {
  /** The schema as pg_dump writes it, line by line. */
  readonly schema: readonly string[];
  /** Owners, grants, row security: one line per object. */
  readonly access: readonly string[];
  /** Number of rows, and a hash that does not depend on their order, of each table. */
  readonly rows: Readonly<Record<string, string>>;
  readonly sequences: Readonly<Record<string, string>>;
  readonly largeObjects: readonly string[];
  readonly roles: readonly string[];
  readonly jobs: readonly string[];
}

const platformTables = new Set(["auth", "storage", "realtime", "vault", "cron", "extensions"]);

/** @param url of a superuser */
export async function takePortrait(url: string): Promise<Portrait> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("set search_path = ''; set row_security = off");
    const list = async (sql: string): Promise<string[]> =>
      (await client.query<{ line: string }>(sql)).rows.map(({ line }) => line);
    const tables = await client.query<{
      schema: string;
      name: string;
      kind: string;
      extension: boolean;
      populated: boolean;
      hashed: string | null;
    }>(`
      select n.nspname as schema, c.relname as name, c.relkind as kind, c.relispopulated as populated,
        exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e') as extension,
        -- Which partition a row is in follows from oids, which are other ones in each database.
        (select min(a.relid::regclass::text) from pg_partition_ancestors(c.oid) a join pg_partitioned_table p on p.partrelid = a.relid
          where p.partstrat = 'h') as hashed
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1, 2`);
    const rows: Record<string, string> = {};
    const sequences: Record<string, string> = {};
    for (const { schema, name, kind, extension, populated, hashed } of tables.rows) {
      const table = hashed ?? `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
      const isPlatform =
        platformTables.has(schema) && !["users", "identities", "buckets", "own_things"].includes(name);
      if (isPlatform || extension) continue;
      const [line = ""] = !populated
        ? ["not populated"]
        : await list(
            kind === "S"
              ? `select format('%s %s', last_value, is_called) as line from ${table}`
              : `select format('%s %s', count(*), sum(('x' || left(md5(t::text), 15))::bit(60)::bigint)) as line from ${hashed === null ? "only " : ""}${table} t`,
          );
      (kind === "S" ? sequences : rows)[table] = line;
    }
    return {
      schema: await dumpSchema(url),
      access: (await readAccess(client))
        // Created on each start for today and the days around it.
        .filter(({ name }) => !/realtime\.messages_\d/.test(name))
        .map((entry) => JSON.stringify(entry)),
      rows,
      sequences,
      largeObjects: await list(
        "select format('%s %s %s', oid, md5(lo_get(oid)), obj_description(oid, 'pg_largeobject')) as line from pg_largeobject_metadata order by oid",
      ),
      roles: [
        ...(await list(`select format('%s %s%s%s%s%s %s %s %s %s', rolname, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls,
          rolconnlimit, rolvaliduntil, rolconfig, shobj_description(oid, 'pg_authid')) as line from pg_roles where rolname !~ '^pg_' order by 1`)),
        ...(await list(`select distinct format('%s in %s, admin %s', m.rolname, r.rolname, a.admin_option) as line
          from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.grantor
          where not (m.rolname = 'postgres' and g.rolsuper and r.rolname !~ '^pg_') order by 1`)),
      ],
      jobs:
        (await list("select to_regclass('cron.job')::text as line"))[0] === null
          ? []
          : await list(
              "select format('%s %s %s %s %s', jobname, schedule, command, username, active) as line from cron.job order by 1",
            ),
    };
  } finally {
    await client.end();
  }
}

/** Dumps the schema without the random words of newer versions, and the day's own partitions. */
async function dumpSchema(url: string): Promise<string[]> {
  const { pgDump } = await findTools();
  return execFileSync(pgDump, ["--schema-only", "--exclude-table=realtime.messages_*", `--dbname=${url}`], {
    encoding: "utf8",
    env: { PATH: `${path.dirname(pgDump)}:${process.env.PATH}` },
    maxBuffer: 256 * 1024 * 1024,
  })
    .split("\n")
    .filter((line) => !/^\\(un)?restrict|^-- Dumped /.test(line))
    .map(withOrderedRoles);
}

/**
 * Sorts the roles of a policy: `pg_dump` names them in the order in which the server stores them, which any `alter role` changes.
 */
function withOrderedRoles(line: string): string {
  return /^CREATE POLICY /.test(line)
    ? line.replace(
        / TO ([^()]+?)(?= USING | WITH CHECK |;$)/,
        (_, roles: string) => ` TO ${roles.split(", ").sort().join(", ")}`,
      )
    : line;
}
