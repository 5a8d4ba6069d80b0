import type { AccessEntry } from "../postgres/access";
import { columnOrder } from "../postgres/columnOrder";
import { maskQuoted, unquoteIdentifier } from "../postgres/sqlText";
import type { SchemaEntry } from "./schemaArchive";
import { parseColumn, parseTable, type TableDefinition } from "./tableDefinition";

/** A table of an inheritance tree. */
interface Inheriting {
  readonly name: string;
  readonly parents: readonly string[];
  /** Names of all columns in the order of the backup. */
  readonly columns: readonly string[];
  /** Names of the columns that the table itself declares, in their order. */
  readonly own: readonly string[];
}

export interface Addition {
  readonly table: string;
  readonly column: string;
  /** The tables that get the column: this one and those of its heirs that did not have it before. */
  readonly gainedBy: readonly string[];
}

interface Located<T> {
  readonly entry: T;
  readonly position: number;
  readonly definition: TableDefinition;
}

/**
 * Returns the entries so that the tables of each inheritance tree get their columns in the order of the backup, because
 * values of a table's row type are saved in that order. An archive creates each child after its parent, so a column that
 * the parent got later would precede the child's own ones. The tables of such a tree are created together, without
 * columns, which are then added one by one, followed by constraints and properties of columns. All of this is where the
 * last of them was, because what they need may be between them: servers of foreign tables, sequences of defaults. What
 * needs one of them follows. A tree for which this is impossible stays as it is, and the comparison reports its order.
 */
export function withColumnOrder<T extends SchemaEntry>(
  entries: readonly T[],
  access: readonly AccessEntry[],
): readonly T[] {
  const orders = access.filter(({ kind }) => kind === columnOrder);
  if (orders.length === 0) return entries;
  const located = locate(entries);
  let ordered = entries;
  for (const tree of treesOf(orders)) {
    const members = new Map(tree.map(({ name }) => [name, located.get(name)]));
    const tables = tree.map((order) => describe(order, members.get(order.name)?.definition));
    if (!tables.every((table) => table !== undefined) || isRestoredInOrder(tables)) continue;
    const additions = orderOfAdditions(tables);
    const found = [...members.values()]
      .filter((one) => one !== undefined)
      .sort((one, other) => one.position - other.position);
    const surroundings = additions && separate(ordered, new Set(found.map(({ entry }) => entry)));
    if (additions === undefined || surroundings === undefined) continue;
    const definitions = found.map(({ definition }) => definition);
    const names = new Set(members.keys());
    const hasRowTypes = definitions.some(({ columns }) =>
      [...columns.values()].some((column) => isOfRowType(column, names)),
    );
    // Of another type, the column could have values at once, such as one that its domain checks.
    if (hasRowTypes && !definitions.every((definition) => hasOnlyPlainColumns(definition, names))) continue;
    ordered = [
      ...surroundings.before,
      ...found.map(({ entry, definition }) => ({ ...entry, sql: withoutParts(definition) })),
      ...additions.flatMap((addition) => {
        const one = members.get(addition.table);
        const column = one?.definition.columns.get(addition.column);
        if (one === undefined || column === undefined) return [];
        const statements = hasRowTypes
          ? addInSteps(column, addition)
          : [`ALTER TABLE ${one.definition.name} ADD COLUMN ${column};`];
        return statements.map((sql) => ({ ...one.entry, sql }));
      }),
      ...found.flatMap(({ entry, definition }) => partsOf(definition).map((sql) => ({ ...entry, sql }))),
      ...surroundings.after,
    ];
  }
  return ordered;
}

/**
 * Divides the other entries into those before and after a tree whose tables are where the last of them was: what needs
 * one of them is after the tree.
 * @returns undefined if one of the tables needs something that needs another one, such as a function with its row type
 */
function separate<T extends SchemaEntry>(
  entries: readonly T[],
  members: ReadonlySet<T>,
): { readonly before: readonly T[]; readonly after: readonly T[] } | undefined {
  const last = entries.findLastIndex((entry) => members.has(entry));
  const ids = new Set([...members].map(({ id }) => id));
  const dependent = new Set<number>();
  const before: T[] = [];
  const after: T[] = [];
  for (const entry of entries.slice(0, last + 1)) {
    const needsDependent = entry.needs.some((id) => dependent.has(id));
    if (members.has(entry)) {
      if (needsDependent) return undefined;
    } else if (needsDependent || entry.needs.some((id) => ids.has(id))) {
      dependent.add(entry.id);
      after.push(entry);
    } else before.push(entry);
  }
  return { before, after: [...after, ...entries.slice(last + 1)] };
}

function locate<T extends SchemaEntry>(entries: readonly T[]): Map<string, Located<T>> {
  return new Map(
    entries.flatMap((entry, position) => {
      if (entry.kind !== "TABLE" && entry.kind !== "FOREIGN TABLE") return [];
      const definition = parseTable(entry.sql);
      return definition === undefined ? [] : [[definition.name, { entry, position, definition }] as const];
    }),
  );
}

function describe(
  { name, facts }: AccessEntry,
  definition: TableDefinition | undefined,
): Inheriting | undefined {
  if (definition === undefined) return undefined;
  const columns = namesIn(facts.columns).map(unquoteIdentifier);
  return { name, parents: namesIn(facts.parents), columns, own: [...definition.columns.keys()] };
}

/** Returns the tables of each tree. A tree whose parents are not all known, such as one of an extension, is omitted. */
function treesOf(orders: readonly AccessEntry[]): AccessEntry[][] {
  const byTable = new Map(orders.map((order) => [order.name, order]));
  const trees = new Map<string, Set<string>>(orders.map(({ name }) => [name, new Set([name])]));
  const incomplete = new Set<Set<string>>();
  for (const { name, facts } of orders) {
    for (const parent of namesIn(facts.parents)) {
      const [own, other] = [trees.get(name), trees.get(parent)];
      if (own === undefined || own === other) continue;
      if (other === undefined) {
        incomplete.add(own);
        continue;
      }
      const [large, small] = own.size < other.size ? [other, own] : [own, other];
      for (const member of small) trees.set(member, large.add(member));
      if (incomplete.has(small)) incomplete.add(large);
    }
  }
  return [...new Set(trees.values())]
    .filter((tree) => !incomplete.has(tree))
    .map((tree) => [...tree].flatMap((name) => byTable.get(name) ?? []));
}

function isRestoredInOrder(tables: readonly Inheriting[]): boolean {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const known = new Map<string, readonly string[]>();
  const restored = (name: string): readonly string[] => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const { parents = [], own = [] } = byName.get(name) ?? {};
    const columns = [...new Set([...parents.flatMap(restored), ...own])];
    known.set(name, columns);
    return columns;
  };
  return tables.every(({ name, columns }) => {
    const found = restored(name);
    return columns.every((column, nth) => found[nth] === column);
  });
}

/**
 * Returns the order in which to add the columns, to a tree of tables without columns, so that each table has its own
 * order; undefined if there is none. A column that is added to a table is added to all of its children, and merged with
 * one that they declare themselves, so children declare theirs first. An addition that is possible stays possible after
 * every other one, so any of them can be the next.
 */
export function orderOfAdditions(tables: readonly Inheriting[]): Addition[] | undefined {
  const states = new Map(tables.map((table) => [table.name, { ...table, present: new Set<string>() }]));
  const heirs = heirsOf(tables);
  const ancestors = new Map(tables.map(({ name }) => [name, [] as string[]]));
  for (const [table, below] of heirs) for (const heir of below) ancestors.get(heir)?.push(table);
  // How many heirs of the table do not have the column and cannot get it next, plus how many still have to declare it.
  const obstacles = new Map(tables.map(({ name, own }) => [name, new Map(own.map((column) => [column, 0]))]));
  const possible: { readonly table: string; readonly column: string }[] = [];
  const change = (table: string, column: string, by: number): void => {
    const waiting = obstacles.get(table);
    const before = waiting?.get(column);
    if (before === undefined) return;
    waiting?.set(column, before + by);
    if (before + by === 0) possible.push({ table, column });
  };
  for (const { name, own } of tables) {
    for (const column of own) {
      change(name, column, heirs.get(name)?.size ?? 0);
      for (const ancestor of ancestors.get(name) ?? []) if (ancestor !== name) change(ancestor, column, 1);
    }
  }
  /** Records that a table can get a column next. */
  const markNext = (table: string, column: string | undefined): void => {
    if (column === undefined) return;
    for (const ancestor of ancestors.get(table) ?? []) change(ancestor, column, -1);
  };
  for (const { name, columns } of tables) markNext(name, columns[0]);
  const additions: Addition[] = [];
  // Those that become possible are appended meanwhile.
  for (const { table, column } of possible) {
    const gaining = [...(heirs.get(table) ?? [])].filter((name) => !states.get(name)?.present.has(column));
    additions.push({ table, column, gainedBy: gaining });
    obstacles.get(table)?.delete(column);
    for (const ancestor of ancestors.get(table) ?? []) change(ancestor, column, -1);
    for (const name of gaining) {
      const state = states.get(name);
      state?.present.add(column);
      markNext(name, state?.columns[state.present.size]);
    }
  }
  const isComplete = [...states.values()].every(({ columns, present }) => columns.length === present.size);
  const isPending = [...obstacles.values()].some((columns) => columns.size > 0);
  return isComplete && !isPending ? additions : undefined;
}

/** Returns each table with those that inherit from it, directly or not, and itself. */
function heirsOf(tables: readonly Inheriting[]): Map<string, Set<string>> {
  const heirs = new Map(tables.map(({ name }) => [name, new Set([name])]));
  const parents = new Map(tables.map((table) => [table.name, table.parents]));
  for (const { name } of tables) {
    const waiting = [name];
    const seen = new Set<string>();
    for (let table = waiting.pop(); table !== undefined; table = waiting.pop()) {
      if (seen.has(table)) continue;
      seen.add(table);
      heirs.get(table)?.add(name);
      waiting.push(...(parents.get(table) ?? []));
    }
  }
  return heirs;
}

/** Returns whether a column has the row type of one of the tables, or is an array of it. */
function isOfRowType(column: string, tables: ReadonlySet<string>): boolean {
  return tables.has(parseColumn(column).type.replace(/\[\]$/, ""));
}

/** Returns whether all columns have types of PostgreSQL itself or row types of these tables, and none is generated. */
function hasOnlyPlainColumns({ columns }: TableDefinition, tables: ReadonlySet<string>): boolean {
  return [...columns.values()].every((column) => {
    const { type, isGenerated } = parseColumn(column);
    return !isGenerated && (!qualified.test(type) || isOfRowType(column, tables));
  });
}

const qualified = /^(?:"(?:[^"]|"")*"|[^\s".(]+)\./;

/**
 * Returns the statements that add a column without its default, which then follows. A column with a default cannot be
 * added to a table whose row type a column has.
 */
function addInSteps(column: string, { table, gainedBy }: Addition): string[] {
  const { name, defaultValue, withoutDefault } = parseColumn(column);
  return [
    `ALTER TABLE ${table} ADD COLUMN ${withoutDefault};`,
    ...(defaultValue === undefined
      ? []
      : gainedBy.map((one) => `ALTER TABLE ONLY ${one} ALTER COLUMN ${name} SET DEFAULT ${defaultValue};`)),
  ];
}

const ofColumn = /^ALTER (?:FOREIGN )?TABLE [^\n]* ALTER COLUMN /;

/** Returns the statements that create a table without columns. */
function withoutParts({ start, end, rest }: TableDefinition): string {
  const kept = rest.filter((statement) => !ofColumn.test(maskQuoted(statement)));
  return [`${start}\n${end}`, ...kept].join("\n\n");
}

/** Parameters of a table's out-of-line storage, as in `WITH (fillfactor='70', toast.autovacuum_enabled=off)`. */
const ofToast = /\btoast\.\w+=(?:'(?:[^']|'')*'|[^\s,)]+)/g;

/**
 * Returns the statements that follow when a table has its columns: its constraints, properties of its columns, and the
 * parameters of its out-of-line storage, which a table without columns does not have.
 */
function partsOf({ name, end, constraints, rest }: TableDefinition): string[] {
  const parameters = end.match(ofToast) ?? [];
  return [
    ...(parameters.length === 0 ? [] : [`ALTER TABLE ${name} SET (${parameters.join(", ")});`]),
    ...constraints.map((constraint) => `ALTER TABLE ${name} ADD ${constraint};`),
    ...rest.filter((statement) => ofColumn.test(maskQuoted(statement))),
  ];
}

/** Returns the names of a list, each as it is written: quoted where necessary, perhaps with a schema. */
function namesIn(list: string | undefined): string[] {
  return [...(list ?? "").matchAll(/(?:"(?:[^"]|"")*"|[^\s",])+/g)].map(([name]) => name);
}
