import type { Node } from "libpg-query";
import { partsOfIdentity, routineKinds } from "../../catalog";
import { touched } from "../../catalog/properties";
import type { Session } from "../../session/session";
import { createdRelation } from "../../source/createdRelation";
import { declarations, relationName } from "../../source/declaredObjects";
import type { BundleFile } from "../../source/files";
import { nameWithoutArguments } from "../../source/identifiers";
import { pathOf, type SearchPath } from "../../source/searchPath";
import { statementsOf } from "../../source/statements";
import { areSameTypes, typesIn } from "../statements/argumentTypes";
import { isPlainObject, plainObject } from "../statements/plainObjects";
import { identitiesOf, qualifiedName } from "../statements/qualifiedNames";

/**
 * Returns those of the identities that the files create, also with `or replace`. A manual object in a schema of others, such
 * as `public`, and one on a table of the platform count as foreign until a file creates them.
 */
export function createdBeside(files: readonly BundleFile[], identities: readonly string[]): string[] {
  const nodes = files.flatMap((file) =>
    statementsOf(file).map(({ node }) => ({ node, path: pathOf(file, node) })),
  );
  const plain = nodes.flatMap(({ node, path }) => {
    const object = plainObject(node);
    return object === undefined ? [] : [{ object, path }];
  });
  const named = new Map<string, Written[]>();
  for (const written of nodes.flatMap(({ node, path }) => writtenIn(node, path))) {
    const key = withoutArguments(written.identity);
    named.set(key, [...(named.get(key) ?? []), written]);
  }
  return identities.filter((identity) => {
    const written = named.get(withoutArguments(identity));
    if (written !== undefined) return written.some((one) => isSame(one, identity));
    return plain.some(({ object, path }) => isPlainObject(object, identity, path));
  });
}

/** An identity as a statement writes it, with its schema. */
interface Written {
  readonly identity: string;
  readonly path: SearchPath;
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

function writtenIn(node: Node, path: SearchPath): Written[] {
  if ("ViewStmt" in node && node.ViewStmt.view?.relpersistence === "t") return [];
  const tables = tablesOf(node, path);
  const identities =
    tables.length > 0 ? tables : declarations(node).flatMap((object) => identitiesOf(object, path));
  return identities.map((identity) => ({ identity, path }));
}

/** Returns what a statement creates that no repeatable declares. */
function tablesOf(node: Node, path: SearchPath): string[] {
  const created = createdRelation(node);
  if (created === undefined || created.relation?.relpersistence === "t") return [];
  const name = qualifiedName(relationName(created.relation), path);
  return name === undefined ? [] : [`${created.kind} ${name}`];
}

function withoutArguments(identity: string): string {
  const { kind, parent = "", name } = partsOfIdentity(identity);
  return `${kind} ${parent} ${routineKinds.has(kind) ? nameWithoutArguments(name) : name}`;
}

/** Returns whether the arguments of two routines with the same name are the same. */
function isSame({ identity, path }: Written, live: string): boolean {
  if (!routineKinds.has(partsOfIdentity(live).kind)) return true;
  const [written, are] = [typesIn(identity), typesIn(live)];
  return written !== undefined && are !== undefined && areSameTypes(written, are, path);
}
