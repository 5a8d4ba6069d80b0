import type { RangeVar } from "libpg-query";
import type { ClientBase } from "pg";
import { inQuotes, isWord } from "../source/relationTitle";

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
  /** The partitioned table of a partition. */
  readonly partitionOf?: number | undefined;
  /** The default partition of a partitioned table. */
  readonly defaultPartition?: number | undefined;
}

/** A type of the project or of an extension, and the tables with columns of it. */
export interface ColumnType {
  readonly schema: string;
  readonly name: string;
  readonly extension: string | undefined;
  /** Whether it is a domain that does not accept every value. */
  readonly isChecked: boolean;
  /** Numbers of the tables. */
  readonly tables: readonly number[];
}

/** Returns relations without the partitions of others among them. */
export function withoutPartitions(relations: readonly Relation[]): Relation[] {
  const oids = new Set(relations.map(({ oid }) => oid));
  return relations.filter(({ partitionOf }) => partitionOf === undefined || !oids.has(partitionOf));
}

/** The relations of a database before migrations run, by number and by name. */
export class Relations {
  /** The greatest number. Later relations have a greater one. */
  readonly newest: number;
  readonly #byOid: ReadonlyMap<number, Relation>;
  readonly #byName = new Map<string, Relation[]>();
  /** Names that require quotes. */
  readonly #oddNames: readonly string[];
  /** Names that migrations give to relations. */
  readonly #renamed = new Map<string, Relation[]>();
  readonly #types: readonly ColumnType[];
  /** Names of columns, of the tables for which they were read. */
  readonly #columns = new Map<number, ReadonlySet<string>>();
  /** Names that migrations give to columns. */
  readonly #renamedColumns = new Set<string>();
  /** Names that migrations give to any relation, also to one that does not exist yet. */
  readonly #givenNames = new Set<string>();
  /** Statements after one that may have changed names without naming them. */
  readonly #uncertain = new WeakSet<object>();
  #hasHiddenChanges = false;

  constructor(relations: readonly Relation[], types: readonly ColumnType[] = []) {
    this.#types = types;
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
    const found =
      schema === undefined
        ? (candidates.find((relation) => relation.schema === "public") ?? candidates[0])
        : candidates.find((relation) => relation.schema === schema);
    return found ?? this.#renamed.get(name)?.at(-1);
  }

  /** Adds a name that a migration gives to a relation. Later statements use it. */
  rename(relation: Relation, name: string): void {
    this.#renamed.set(name, [...(this.#renamed.get(name) ?? []), relation]);
  }

  /** Adds a name that a migration gives to a relation, which may be a new one. */
  giveName(name: string): void {
    this.#givenNames.add(name);
  }

  /** Adds a statement, in execution order. */
  addStatement(statement: object, mayHideChanges: boolean): void {
    if (this.#hasHiddenChanges) this.#uncertain.add(statement);
    this.#hasHiddenChanges ||= mayHideChanges;
  }

  /**
   * Returns whether a table is, when a statement runs, still the existing one of that name, with its columns. Without a schema, the name
   * must be the only one, because the search path is not known.
   */
  isSameTable(statement: object, { relname: name = "", schemaname: schema }: RangeVar): boolean {
    const isOne = schema !== undefined || this.#byName.get(name)?.length === 1;
    return isOne && !this.#givenNames.has(name) && !this.#uncertain.has(statement);
  }

  /** Adds the names of a table's columns. */
  addColumns({ oid }: Relation, names: readonly string[]): void {
    this.#columns.set(oid, new Set(names));
  }

  /** Adds a name that a migration gives to a column of any table. Later statements use it. */
  renameColumn(name: string): void {
    this.#renamedColumns.add(name);
  }

  /** Returns whether a table has, or may get by a rename, a column; `undefined` if its columns were not read. */
  hasColumn({ oid }: Relation, name: string): boolean | undefined {
    return this.#renamedColumns.has(name) || this.#columns.get(oid)?.has(name);
  }

  /** Returns what a cascade drops with a schema. Partitions belong to their table. */
  inSchema(schema: string): Relation[] {
    const isPartOf = ({ partitionOf }: Relation) =>
      partitionOf !== undefined && this.#byOid.get(partitionOf)?.schema === schema;
    return [...this.#byOid.values()]
      .filter((relation) => relation.schema === schema && relation.table === undefined && !isPartOf(relation))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Returns the existing relation that a statement names. */
  meantBy(table: RangeVar | undefined): Relation | undefined {
    return table?.relname === undefined ? undefined : this.named(table.relname, table.schemaname);
  }

  /** Returns the type that a statement names; without a schema, the only one of that name. */
  typeNamed(name: string, schema?: string): ColumnType | undefined {
    return this.#types.find((type) => type.name === name && (schema ?? type.schema) === type.schema);
  }

  /** Returns the types of an extension. */
  typesOf(extension: string): ColumnType[] {
    return this.#types.filter((type) => type.extension === extension);
  }

  /** Returns the existing tables with columns of a type. */
  tablesWith({ tables }: ColumnType): Relation[] {
    return tables.flatMap((oid) => this.#byOid.get(oid) ?? []);
  }

  /** Returns whether a bare name is in the text as a word, in upper or lower case. */
  isMentionedIn(text: string): boolean {
    return (
      wordsOf(text).some((word) => this.#byName.has(word)) ||
      [...this.#oddNames, ...this.#renamed.keys()].some((name) => text.includes(inQuotes(name)))
    );
  }

  /** Returns the relations whose bare name is in the text as a word, in upper or lower case. */
  mentionedIn(text: string): Relation[] {
    const odd = [...this.#oddNames, ...this.#renamed.keys()].filter((name) => text.includes(inQuotes(name)));
    return [...new Set([...wordsOf(text), ...odd])].flatMap((name) => [
      ...(this.#byName.get(name) ?? []),
      ...(this.#renamed.get(name) ?? []),
    ]);
  }
}

/** Returns possible unquoted names in a text, in lower case. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z_][a-z0-9_$]*/g) ?? [];
}

/**
 * Reads the relations from a size on with their indexes, except those of the system and the provider. It locks none of
 * them.
 *
 * @param fromBytes - size without indexes, as of the last vacuum or analyze
 */
export async function readRelations(client: ClientBase, fromBytes: number): Promise<Relations> {
  const { rows } = await client.query<{ relations: unknown[][] | null; types: ColumnType[] | null }>(
    `select (select json_agg(json_build_array(
         c.oid::int8, n.nspname, c.relname, c.relkind, c.relfilenode::int8, i.indrelid::int8,
         case when c.reltuples < 0 then null else c.reltuples::int8 end,
         c.relpages::int8 * current_setting('block_size')::int8,
         case when c.relispartition then h.inhparent::int8 end, nullif(t.partdefid::int8, 0)))
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     left join pg_index i on i.indexrelid = c.oid
     left join pg_class o on o.oid = i.indrelid
     left join pg_inherits h on c.relispartition and h.inhrelid = c.oid
     left join pg_partitioned_table t on t.partrelid = c.oid
     where c.relkind in ('r', 'p', 'm', 'v', 'f', 'i', 'I', 'S')
       and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'supabase_migrations')
       and (greatest(c.relpages, o.relpages)::int8 * current_setting('block_size')::int8 >= $1 or $1 = 0)) as relations,
     (select json_agg(json_build_object('schema', n.nspname, 'name', t.typname, 'extension', e.extname,
         'isChecked', t.typnotnull or exists (select from pg_constraint c where c.contypid = t.oid),
         'tables', coalesce(u.tables, '{}')))
     from pg_type t
     join pg_namespace n on n.oid = t.typnamespace
     left join pg_depend d on d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
     left join pg_extension e on d.refclassid = 'pg_extension'::regclass and e.oid = d.refobjid
     left join (
       select coalesce(nullif(own.typelem, 0), own.oid) as type, array_agg(distinct a.attrelid::int8) as tables
       from pg_attribute a
       join pg_type own on own.oid = a.atttypid
       join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
       where a.atttypid >= 16384 and not a.attisdropped
       group by 1) u on u.type = t.oid
     where t.oid >= 16384 and t.typtype <> 'p' and t.typelem = 0
       and (t.typrelid = 0 or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))) as types`,
    [fromBytes],
  );
  return new Relations(
    (rows[0]?.relations ?? []).map(([oid, schema, name, kind, file, table, count, bytes, parent, rest]) => ({
      oid: Number(oid),
      schema: String(schema),
      name: String(name),
      kind: String(kind),
      file: Number(file),
      table: table === null ? undefined : Number(table),
      rows: count === null ? undefined : Number(count),
      bytes: Number(bytes),
      partitionOf: parent === null ? undefined : Number(parent),
      defaultPartition: rest === null ? undefined : Number(rest),
    })),
    rows[0]?.types ?? [],
  );
}

/** Reads the names of these tables' columns. */
export async function readColumns(
  client: ClientBase,
  relations: Relations,
  tables: readonly Relation[],
): Promise<void> {
  if (tables.length === 0) return;
  const { rows } = await client.query<{ oid: string; names: string[] }>(
    `select a.attrelid::int8 as oid, array_agg(a.attname::text) as names from pg_attribute a
     where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped group by 1`,
    [tables.map(({ oid }) => oid)],
  );
  for (const table of tables)
    relations.addColumns(table, rows.find(({ oid }) => Number(oid) === table.oid)?.names ?? []);
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
