import type { CreateExtensionStmt, Node } from "libpg-query";
import type { Catalog } from "../../catalog";
import type { Session } from "../../session/session";
import { droppedName } from "../../source/droppedObjects";
import type { BundleFile, Migration } from "../../source/files";
import { quote } from "../../source/identifiers";
import type { Inspection } from "../../source/inspection";
import { statementsOf } from "../../source/statements";

/** An extension that was enabled manually. */
export interface ManualExtension {
  /** Quoted where SQL requires it. */
  readonly schema: string;
  /** Whether `alter extension … set schema` can move it. */
  readonly isRelocatable: boolean;
  /** Where a statement puts it that names no schema; null if nowhere. */
  readonly usualSchema: string | null;
}

/** Parse tree of the statement that creates it → the extension as it is. */
export type ManualExtensions = ReadonlyMap<CreateExtensionStmt, ManualExtension>;

const plainly = /\bcreate\s+extension\s+(?!if\b)/i;

interface Pending {
  readonly pending: readonly Migration[];
  /** What the bundle has created. */
  readonly expected: Catalog;
  readonly inspection: Pick<Inspection, "pass">;
}

/**
 * Finds the extensions that pending migrations create by a plain statement, and that were already enabled manually. Of
 * two migrations that create one, the second one fails on an empty database.
 */
export async function manualExtensions(
  session: Session,
  all: readonly Migration[],
  { pending, expected, inspection }: Pending,
): Promise<ManualExtensions> {
  const last = pending.findLast(({ text }) => plainly.test(text));
  if (last === undefined) return new Map();
  await inspection.pass(last);
  const migrations = all.slice(0, all.indexOf(last) + 1).filter(({ text }) => /\bextension\b/i.test(text));
  const open = createdFirst(migrations, new Set(pending)).filter(
    ({ extname }) => expected[`extension ${quote(extname)}`] === undefined,
  );
  if (open.length === 0) return new Map();
  const { rows } = await session.work.query<ManualExtension & { name: string }>(
    `select e.extname as name, quote_ident(n.nspname) as schema, e.extrelocatable as "isRelocatable",
       quote_ident(coalesce(a.schema, current_schema())) as "usualSchema"
     from pg_extension e join pg_namespace n on n.oid = e.extnamespace
     left join pg_available_extension_versions a on a.name = e.extname and a.version = e.extversion
     where e.extname = any ($1)`,
    [open.map(({ extname }) => extname)],
  );
  return new Map(
    open.flatMap((statement): [CreateExtensionStmt, ManualExtension][] => {
      const found = rows.find(({ name }) => name === statement.extname);
      return found === undefined ? [] : [[statement, found]];
    }),
  );
}

/** Returns the plain statements of pending migrations that create an extension which none before them creates. */
function createdFirst(
  migrations: readonly Migration[],
  pending: ReadonlySet<BundleFile>,
): CreateExtensionStmt[] {
  const created = new Set<string>();
  return migrations.flatMap((file) =>
    statementsOf(file).flatMap(({ node }): CreateExtensionStmt[] => {
      for (const name of droppedExtensions(node)) created.delete(name);
      if (!("CreateExtensionStmt" in node)) return [];
      const { extname, if_not_exists } = node.CreateExtensionStmt;
      const isFirst = pending.has(file) && if_not_exists !== true && !created.has(quote(extname));
      created.add(quote(extname));
      return isFirst ? [node.CreateExtensionStmt] : [];
    }),
  );
}

function droppedExtensions(node: Node): string[] {
  if (!("DropStmt" in node) || node.DropStmt.removeType !== "OBJECT_EXTENSION") return [];
  return (node.DropStmt.objects ?? []).map(droppedName);
}

/**
 * Returns how an extension differs from what a statement asks for, and what to do; `undefined` if it does not. The version
 * does not count: hosted projects choose it, and ignore one that a statement names.
 */
export function otherExtension(
  { options = [], extname = "" }: CreateExtensionStmt,
  { schema, isRelocatable, usualSchema }: ManualExtension,
): string | undefined {
  const name = quote(extname);
  const inSchema = optionOf(options, "schema");
  const asked = inSchema === undefined ? usualSchema : quote(inSchema);
  if (asked === schema) return undefined;
  const write = `write schema ${schema} here.`;
  if (asked === null)
    return `It was enabled manually in schema ${schema}, and no schema is on the search path: ${write}`;
  const move = isRelocatable ? `move it (alter extension ${name} set schema ${asked}), or ` : "";
  return `It was enabled manually in schema ${schema}, not in ${asked}: ${move}${write}`;
}

function optionOf(options: readonly Node[], name: string): string | undefined {
  for (const option of options) {
    if (!("DefElem" in option) || option.DefElem.defname !== name) continue;
    const { arg } = option.DefElem;
    return arg !== undefined && "String" in arg ? (arg.String.sval ?? "") : undefined;
  }
  return undefined;
}
