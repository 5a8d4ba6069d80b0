import type { ClientBase } from "pg";

/** A table, index, view or sequence that existed before the migrations ran. */
export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `relkind` of pg_class. */
  readonly kind: string;
  /** Number of the file with its rows; 0 if it has none. */
  readonly file: number;
  /** The table of an index. */
  readonly table: number | undefined;
  /** Rows according to the statistics; `undefined` if it was never analyzed. */
  readonly rows: number | undefined;
  /** Bytes without indexes, as of the last vacuum or analyze. */
  readonly bytes: number;
}

/** Returns `schema.name`. */
export function titleOf({ schema, name }: Relation): string {
  return `${schema}.${name}`;
}

/** The relations of a database before migrations run, by number and by name. */
export class Relations {
  /** The greatest number. Later relations have a greater one. */
  readonly newest: number;
  readonly #byOid: ReadonlyMap<number, Relation>;
  readonly #byName = new Map<string, Relation[]>();
  /** Names that require quotes. */
  readonly #oddNames: readonly string[];

  constructor(relations: readonly Relation[]) {
    this.#byOid = new Map(relations.map((relation) => [relation.oid, relation]));
    this.newest = relations.reduce((newest, { oid }) => Math.max(newest, oid), 0);
    for (const relation of relations) {
      const sameName = this.#byName.get(relation.name);
      if (sameName === undefined) this.#byName.set(relation.name, [relation]);
      else sameName.push(relation);
    }
    this.#oddNames = [...this.#byName.keys()].filter((name) => !isWord(name));
  }

  get(oid: number): Relation | undefined {
    return this.#byOid.get(oid);
  }

  /** Returns the relation that a statement names; without a schema that of `public`, else the only one of that name. */
  named(name: string, schema?: string): Relation | undefined {
    const candidates = this.#byName.get(name) ?? [];
    if (schema !== undefined) return candidates.find((relation) => relation.schema === schema);
    return candidates.find((relation) => relation.schema === "public") ?? candidates[0];
  }

  /** Returns whether a bare name is in the text as a word, in upper or lower case. */
  isMentionedIn(text: string): boolean {
    return (
      wordsOf(text).some((word) => this.#byName.has(word)) ||
      this.#oddNames.some((name) => text.includes(name))
    );
  }

  /** Returns the relations whose bare name is in the text as a word, in upper or lower case. */
  mentionedIn(text: string): Relation[] {
    const odd = this.#oddNames.filter((name) => text.includes(name));
    return [...new Set([...wordsOf(text), ...odd])].flatMap((name) => this.#byName.get(name) ?? []);
  }
}

/** Returns possible unquoted names in a text, in lower case. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z_][a-z0-9_$]*/g) ?? [];
}

function isWord(name: string): boolean {
  return /^[a-z_][a-z0-9_$]*$/.test(name);
}

/**
 * Reads the relations from a size on, except those of the system and the provider. It locks none of them.
 *
 * @param fromBytes - size without indexes, as of the last vacuum or analyze
 */
export async function readRelations(client: ClientBase, fromBytes: number): Promise<Relations> {
  const { rows } = await client.query<{ relations: unknown[][] | null }>(
    `select json_agg(json_build_array(
         c.oid::int8, n.nspname, c.relname, c.relkind, c.relfilenode::int8, i.indrelid::int8,
         case when c.reltuples < 0 then null else c.reltuples::int8 end,
         c.relpages::int8 * current_setting('block_size')::int8)) as relations
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     left join pg_index i on i.indexrelid = c.oid
     where c.relkind in ('r', 'p', 'm', 'v', 'f', 'i', 'I', 'S')
       and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'supabase_migrations')
       and (c.relpages::int8 * current_setting('block_size')::int8 >= $1 or $1 = 0)`,
    [fromBytes],
  );
  return new Relations(
    (rows[0]?.relations ?? []).map(([oid, schema, name, kind, file, table, count, bytes]) => ({
      oid: Number(oid),
      schema: String(schema),
      name: String(name),
      kind: String(kind),
      file: Number(file),
      table: table === null ? undefined : Number(table),
      rows: count === null ? undefined : Number(count),
      bytes: Number(bytes),
    })),
  );
}

/** The current size of a table. */
export interface Size {
  readonly rows: number | undefined;
  readonly bytes: number;
}

/**
 * Measures tables: bytes of their files including out-of-line values, and estimated rows. Omits tables that another
 * session has locked against reads.
 */
export async function readSizes(client: ClientBase, tables: readonly Relation[]): Promise<Map<number, Size>> {
  const oids = tables.filter(({ kind }) => kind === "r" || kind === "m").map(({ oid }) => oid);
  if (oids.length === 0) return new Map();
  const { rows } = await client.query<{ oid: string; bytes: string | null; rows: string | null }>(
    `select c.oid::int8 as oid, pg_table_size(c.oid)::int8 as bytes,
       case when c.reltuples >= 0 then c.reltuples::int8 else nullif(pg_stat_get_live_tuples(c.oid), 0) end as rows
     from pg_class c where c.oid = any($1::oid[]) and not exists (
       select from pg_locks l where l.relation = c.oid and l.mode = 'AccessExclusiveLock' and l.pid <> pg_backend_pid())`,
    [oids],
  );
  return new Map(
    rows.map((row) => [
      Number(row.oid),
      { bytes: Number(row.bytes ?? 0), rows: row.rows === null ? undefined : Number(row.rows) },
    ]),
  );
}
