import type { StoredObject } from "../manifest";
import type { Inventory, Relation } from "../postgres/inventory";

/** One archive to make: what it is called and what `pg_dump` is told. */
export interface PlannedArchive {
  readonly name: string;
  readonly content: StoredObject["content"];
  readonly arguments: readonly string[];
  /** Bytes of the tables in it: what is dumped first, and an upper bound for the size of its parts. */
  readonly bytes: number;
}

/** Tables below this size share an archive: each `pg_dump` reads the whole catalog before its first row. */
const smallestGroupBytes = 64 * 1024 * 1024;
/** A command line takes some 128 KiB in one go on every system; this leaves room. */
const longestArguments = 60_000;
/** Enough groups for the last dumps to end at about the same time. */
const groupsPerDump = 4;

/**
 * Splits the database into archives that can be made side by side from one snapshot. Each is whole in itself, and
 * together they are the database: schema, data, and what belongs to Supabase's own schemas.
 */
export function planArchives(inventory: Inventory, parallelDumps: number): PlannedArchive[] {
  const relations = [...inventory.tables, ...inventory.sequences];
  const groups = groupBySize(relations, parallelDumps * groupsPerDump);
  const digits = Math.max(3, String(groups.length).length);
  const archives: PlannedArchive[] = [
    archive("schema", "schema", ["--schema-only", "--no-subscriptions"], 0),
    ...groups.map((group, index) =>
      archive(`data-${String(index + 1).padStart(digits, "0")}`, "data", dataOf(group), totalBytes(group)),
    ),
  ];
  if (inventory.authTables.length > 0) {
    archives.push(archive("auth", "auth", dataOf(inventory.authTables), totalBytes(inventory.authTables)));
  }
  if (inventory.storageTables.length > 0) {
    archives.push(
      archive("storage", "storage", dataOf(inventory.storageTables), totalBytes(inventory.storageTables)),
    );
  }
  if (inventory.largeObjects > 0) {
    archives.push(
      archive("large-objects", "large objects", ["--data-only", "--blobs", "--exclude-table-data=*.*"], 0),
    );
  }
  return archives;
}

/** The order to work in: the largest first, so that no long one is left to the end. */
export function largestFirst(archives: readonly PlannedArchive[]): PlannedArchive[] {
  return [...archives].sort((a, b) => b.bytes - a.bytes);
}

/**
 * Groups of about the same size, each table in exactly one of them: a table goes to the group that is smallest so far,
 * the largest tables first.
 */
export function groupBySize<T extends Relation>(relations: readonly T[], most: number): T[][] {
  if (relations.length === 0) return [];
  const bytes = totalBytes(relations);
  const bySize = Math.min(most, Math.max(1, Math.ceil(bytes / smallestGroupBytes)));
  const byLength = Math.ceil(
    relations.reduce((sum, relation) => sum + pattern(relation).length + 8, 0) / longestArguments,
  );
  const groups = Array.from({ length: Math.min(relations.length, Math.max(bySize, byLength)) }, () => ({
    bytes: 0,
    characters: 0,
    relations: [] as T[],
  }));
  for (const relation of [...relations].sort((a, b) => b.bytes - a.bytes)) {
    const characters = pattern(relation).length + 8;
    const open = groups.filter((group) => group.characters + characters <= longestArguments);
    const [first, ...rest] = open;
    const target =
      first === undefined
        ? undefined
        : rest.reduce((best, group) => (group.bytes < best.bytes ? group : best), first);
    if (target === undefined) {
      groups.push({ bytes: relation.bytes, characters, relations: [relation] });
      continue;
    }
    target.bytes += relation.bytes;
    target.characters += characters;
    target.relations.push(relation);
  }
  return groups.map((group) => group.relations).filter((group) => group.length > 0);
}

/** A relation as a pattern of `pg_dump` that means it and nothing else. */
export function pattern({ schema, name }: Pick<Relation, "schema" | "name">): string {
  return `${quote(schema)}.${quote(name)}`;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function dataOf(relations: readonly Relation[]): string[] {
  return ["--data-only", ...relations.map((relation) => `--table=${pattern(relation)}`)];
}

function totalBytes(relations: readonly Relation[]): number {
  return relations.reduce((sum, { bytes }) => sum + bytes, 0);
}

function archive(
  name: string,
  content: PlannedArchive["content"],
  specific: readonly string[],
  bytes: number,
): PlannedArchive {
  return { name: `${name}.dump.zst`, content, arguments: specific, bytes };
}
