import type { Node, RangeVar } from "libpg-query";
import { inDropStatement, nameWithoutArguments, partsOfIdentity } from "../catalog";
import { touched } from "../catalog/properties";
import type { Session } from "../session/session";
import { declarations, identityAsWritten, relationName } from "../source/declaredObjects";
import { droppedArguments } from "../source/droppedObjects";
import type { BundleFile } from "../source/files";
import { parseAnywhere } from "../source/parser";
import { statementsOf } from "../source/statements";
import { isPlainObject, plainObject } from "./plainObjects";

/**
 * Returns those of the identities that the files create, also with `or replace`. A manual object in a schema of others, such
 * as `public`, and one on a table of the platform count as foreign until a file creates them.
 */
export function createdBeside(files: readonly BundleFile[], identities: readonly string[]): string[] {
  const nodes = files.flatMap((file) => statementsOf(file).map(({ node }) => node));
  const plain = nodes.flatMap((node) => plainObject(node) ?? []);
  const named = new Map<string, string[]>();
  for (const identity of nodes.flatMap(writtenIdentities)) {
    const key = withoutArguments(identity);
    named.set(key, [...(named.get(key) ?? []), argumentsAsWritten(identity)]);
  }
  return identities.filter((identity) => {
    const written = named.get(withoutArguments(identity));
    if (written !== undefined) return written.includes(argumentsOf(identity) ?? "?");
    return plain.some((object) => isPlainObject(object, identity));
  });
}

/** Returns those of the identities that another bundle has created in this database. */
export async function ofOtherBundles(
  session: Session,
  bundle: string,
  identities: readonly string[],
): Promise<ReadonlySet<string>> {
  if (identities.length === 0) return new Set();
  const { rows } = await session.work.query<{ identity: string }>(
    `select o.key as identity from supabase_migrations.bundles b cross join lateral jsonb_each(b.expected) o
     where b.name <> $1 and o.key = any ($2::text[]) and not o.value ? $3`,
    [bundle, identities, touched],
  );
  return new Set(rows.map(({ identity }) => identity));
}

function writtenIdentities(node: Node): string[] {
  const tables = tablesOf(node);
  return tables.length > 0 ? tables : declarations(node).map(identityAsWritten);
}

/** Returns what a statement creates that no repeatable declares. */
function tablesOf(node: Node): string[] {
  if ("CreateForeignTableStmt" in node)
    return named("foreign table", node.CreateForeignTableStmt.base?.relation);
  if ("CreateStmt" in node) return named("table", node.CreateStmt.relation);
  if ("CreateSeqStmt" in node) return named("sequence", node.CreateSeqStmt.sequence);
  if ("CreateTableAsStmt" in node && node.CreateTableAsStmt.objtype === "OBJECT_TABLE")
    return named("table", node.CreateTableAsStmt.into?.rel);
  return [];
}

function named(kind: string, relation: RangeVar | undefined): string[] {
  return relation?.relpersistence === "t" ? [] : [`${kind} ${relationName(relation)}`];
}

function withoutArguments(identity: string): string {
  const { kind, parent = "", name } = partsOfIdentity(identity);
  return `${kind} ${parent} ${isRoutine(kind) ? nameWithoutArguments(name) : name}`;
}

function isRoutine(kind: string): boolean {
  return kind === "function" || kind === "procedure" || kind === "aggregate";
}

/** Returns the types of the arguments without their schemas, as the parser names them. */
function argumentsAsWritten(identity: string): string {
  const { kind, name } = partsOfIdentity(identity);
  if (!isRoutine(kind)) return "";
  const types = name.slice(nameWithoutArguments(name).length + 1, -1);
  return types
    .split(", ")
    .map((type) => type.split(".").at(-1))
    .join(", ");
}

function argumentsOf(identity: string): string | undefined {
  const { kind, name } = partsOfIdentity(identity);
  if (!isRoutine(kind)) return "";
  try {
    const node = parseAnywhere(`drop ${inDropStatement(kind, name)}`).stmts?.[0]?.stmt;
    const [object] = node !== undefined && "DropStmt" in node ? (node.DropStmt.objects ?? []) : [];
    return object === undefined ? undefined : droppedArguments(object);
  } catch {
    // A type that only its server's parser knows.
    return undefined;
  }
}
