import type { AccessEntry } from "../postgres/access";
import { columnOrder } from "../postgres/columnOrder";
import { maskQuoted, unquoteIdentifier } from "../postgres/sqlText";
import type { SchemaEntry } from "./schemaArchive";
import { parseTable, type TableDefinition } from "./tableDefinition";

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
 * first of them was: a column with a default cannot be added once another table has a column of the row type. A tree with
 * foreign tables is where the last of those was, because their servers may be between the tables.
 */
export function withColumnOrder<T extends SchemaEntry>(
  entries: readonly T[],
  access: readonly AccessEntry[],
): readonly T[] {
  const orders = access.filter(({ kind }) => kind === columnOrder);
  if (orders.length === 0) return entries;
  const located = locate(entries);
  const moved = new Set<T>();
  const replaced = new Map<T, T[]>();
  for (const tree of treesOf(orders)) {
    const members = new Map(tree.map(({ name }) => [name, located.get(name)]));
    const tables = tree.map((order) => describe(order, members.get(order.name)?.definition));
    if (!tables.every((table) => table !== undefined) || isRestoredInOrder(tables)) continue;
    const additions = orderOfAdditions(tables);
    if (additions === undefined) continue;
    const found = [...members.values()]
      .filter((one) => one !== undefined)
      .sort((one, other) => one.position - other.position);
    for (const { entry } of found) moved.add(entry);
    const place = found.findLast(({ entry }) => entry.kind === "FOREIGN TABLE") ?? found[0];
    if (place === undefined) continue;
    replaced.set(place.entry, [
      ...found.map(({ entry, definition }) => ({ ...entry, sql: withoutParts(definition) })),
      ...additions.flatMap(({ table, column }) => {
        const one = members.get(table);
        const text = one?.definition.columns.get(column);
        if (one === undefined || text === undefined) return [];
        return [{ ...one.entry, sql: `ALTER TABLE ${one.definition.name} ADD COLUMN ${text};` }];
      }),
      ...found.flatMap(({ entry, definition }) => partsOf(definition).map((sql) => ({ ...entry, sql }))),
    ]);
  }
  return entries.flatMap((entry) => replaced.get(entry) ?? (moved.has(entry) ? [] : [entry]));
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
  return { name, parents: parentsOf(facts), columns, own: [...definition.columns.keys()] };
}

/** Returns the tables of each tree. A tree whose parents are not all known, such as one of an extension, is omitted. */
function treesOf(orders: readonly AccessEntry[]): AccessEntry[][] {
  const byTable = new Map(orders.map((order) => [order.name, order]));
  const trees = new Map<string, Set<string>>(orders.map(({ name }) => [name, new Set([name])]));
  const incomplete = new Set<Set<string>>();
  for (const { name, facts } of orders) {
    for (const parent of parentsOf(facts)) {
      const [own, other] = [trees.get(name), trees.get(parent)];
      if (own === undefined || own === other) continue;
      if (other === undefined) {
        incomplete.add(own);
        continue;
      }
      for (const member of other) trees.set(member, own.add(member));
      if (incomplete.has(other)) incomplete.add(own);
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
  let pending: Addition[] = tables.flatMap(({ name, own }) => own.map((column) => ({ table: name, column })));
  const isPending = (table: string, column: string): boolean =>
    pending.some((one) => one.table === table && one.column === column);
  const additions: Addition[] = [];
  const isPossible = ({ table, column }: Addition): boolean =>
    states.get(table)?.present.has(column) === false &&
    [...(heirs.get(table) ?? [])].every((name) => {
      const heir = states.get(name);
      if (heir === undefined || (name !== table && isPending(name, column))) return false;
      return heir.present.has(column) || heir.columns[heir.present.size] === column;
    });
  for (let next = pending.find(isPossible); next !== undefined; next = pending.find(isPossible)) {
    const { table, column } = next;
    additions.push(next);
    for (const name of heirs.get(table) ?? []) states.get(name)?.present.add(column);
    pending = pending.filter((one) => one !== next);
  }
  const isComplete = [...states.values()].every(({ columns, present }) => columns.length === present.size);
  return pending.length === 0 && isComplete ? additions : undefined;
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

const ofColumn = /^ALTER (?:FOREIGN )?TABLE [^\n]* ALTER COLUMN /;

/** Returns the statements that create a table without columns. */
function withoutParts({ start, end, rest }: TableDefinition): string {
  const kept = rest.filter((statement) => !ofColumn.test(maskQuoted(statement)));
  return [`${start}\n${end}`, ...kept].join("\n\n");
}

/** Returns the statements that follow when a table has its columns: its constraints, and properties of its columns. */
function partsOf({ name, constraints, rest }: TableDefinition): string[] {
  return [
    ...constraints.map((constraint) => `ALTER TABLE ${name} ADD ${constraint};`),
    ...rest.filter((statement) => ofColumn.test(maskQuoted(statement))),
  ];
}

function parentsOf({ parents }: AccessEntry["facts"]): string[] {
  return [...(parents ?? "").matchAll(/(?:"(?:[^"]|"")*"|[^\s",])+/g)].map(([name]) => name);
}

function namesIn(list: string | undefined): string[] {
  return [...(list ?? "").matchAll(/"(?:[^"]|"")*"|[^\s",]+/g)].map(([name]) => name);
}
