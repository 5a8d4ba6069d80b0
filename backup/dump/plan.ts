import type { Inventory, Table } from "../postgres/inventory";
import type { ArchivePlan } from "./archivePart";
import type { RowsPlan } from "./rowsPart";

export interface DumpPlan {
  readonly archives: readonly ArchivePlan[];
  readonly rows: readonly RowsPlan[];
}

/** Tables below this size share an object, because starting a session would take longer than reading them. */
const smallestGroupBytes = 32 * 1024 * 1024;

/**
 * Splits the database into objects that are written in parallel from one snapshot. Together they cover the database:
 * the schema, the rows of the application, and the rows of Supabase's schemas and of extensions.
 *
 * @param parallelDumps the maximum number of objects with application rows
 */
export function planDump(inventory: Inventory, parallelDumps: number): DumpPlan {
  const rows: RowsPlan[] = groupBySize(inventory.tables, parallelDumps).map((tables, index) => ({
    name: `data-${String(index + 1).padStart(3, "0")}.sql.zst`,
    content: "data",
    tables,
    bytes: totalBytes(tables),
  }));
  for (const [content, tables] of [
    ["auth", inventory.authTables],
    ["storage", inventory.storageTables],
  ] as const) {
    if (tables.length > 0)
      rows.push({ name: `${content}.sql.zst`, content, tables, bytes: totalBytes(tables) });
  }
  // One object per extension, because a target may lack one.
  for (const extension of new Set(inventory.extensionTables.map((table) => table.extension))) {
    const tables = inventory.extensionTables.filter((table) => table.extension === extension);
    const name = `extension-${extension.replaceAll(/[^\w-]/g, "_")}.sql.zst`;
    rows.push({ name, content: "extension data", tables, bytes: totalBytes(tables) });
  }
  const archives: ArchivePlan[] = [
    { name: "schema.dump.zst", content: "schema", arguments: ["--schema-only", "--no-subscriptions"] },
  ];
  if (inventory.largeObjects > 0) {
    archives.push({
      name: "large-objects.dump.zst",
      content: "large objects",
      arguments: ["--data-only", "--blobs", "--exclude-table-data=*.*"],
    });
  }
  return { archives, rows };
}

/**
 * Returns groups of similar size that contain each table once: from the largest table down, each goes to the smallest
 * group so far.
 */
export function groupBySize<T extends Pick<Table, "bytes">>(tables: readonly T[], maxGroups: number): T[][] {
  const wanted = Math.ceil(totalBytes(tables) / smallestGroupBytes);
  const groups = Array.from({ length: Math.min(tables.length, maxGroups, Math.max(1, wanted)) }, () => ({
    bytes: 0,
    tables: [] as T[],
  }));
  for (const table of [...tables].sort((a, b) => b.bytes - a.bytes)) {
    const [first, ...rest] = groups;
    if (first === undefined) break;
    const smallest = rest.reduce((best, group) => (group.bytes < best.bytes ? group : best), first);
    smallest.bytes += table.bytes;
    smallest.tables.push(table);
  }
  return groups.map((group) => group.tables).filter((group) => group.length > 0);
}

function totalBytes(tables: readonly Pick<Table, "bytes">[]): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, 0);
}
