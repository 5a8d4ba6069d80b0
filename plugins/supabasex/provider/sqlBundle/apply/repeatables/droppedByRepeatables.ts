import { escapeControls } from "../../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../../foundation/userError";
import { type Catalog, partsOfIdentity } from "../../catalog";
import { isMereFact } from "../../catalog/base";
import { parentIdentities } from "../../catalog/identity";
import { relationOf } from "../../catalog/scope";
import type { Session } from "../../session/session";
import type { BundleFile } from "../../source/files";
import { bareName } from "../../source/identifiers";
import { mentions } from "../../source/mentions";

interface Readings {
  readonly before: Catalog;
  readonly after: Catalog;
}

/**
 * Refuses repeatables that drop or rename what migrations created. On an empty database the migration creates it and
 * the repeatable drops it, but if the statement is removed from the repeatable, a database where it has run would not
 * get it back. A repeatable may drop what it creates again, what repeatables created, and manual objects.
 *
 * @param isOfMigration whether migrations created an object that existed before the repeatables
 * @param ran the repeatables that ran
 */
export async function refuseDropsOfMigrations(
  session: Session,
  { before, after, ran }: Readings & { readonly ran: readonly BundleFile[] },
  isOfMigration: (identity: string) => boolean,
): Promise<void> {
  const missing = Object.entries(before)
    .filter(([identity, object]) => after[identity] === undefined && isFound(identity, object))
    .map(([identity]) => identity)
    .filter(isOfMigration);
  const matching = await partitionsAmong(session, missing, before);
  const gone = missing.filter((identity) => !matching.has(identity));
  // What was dropped with its table or domain is not listed separately.
  const lines = gone.filter((identity) => {
    const { parent = relationOf(before[identity] ?? {}) } = partsOfIdentity(identity);
    const isGone = (one: string) => before[one] !== undefined && after[one] === undefined;
    return parent === undefined || !parentIdentities(parent).some(isGone);
  });
  if (lines.length === 0) return;
  throw new UserError(
    [
      "A repeatable drops or renames objects of migrations. They would not come back if the statement were removed:",
      ...lines.map((identity) => `  ${escapeControls(identity)}${fileNaming(identity, ran)}`),
      "  Move the statement to a new migration.",
    ].join("\n"),
  );
}

/** Returns those of the tables that still exist: partitions that match their parent now, which a catalog omits. */
async function partitionsAmong(
  session: Session,
  identities: readonly string[],
  before: Catalog,
): Promise<ReadonlySet<string>> {
  const partitions = identities.filter((identity) => before[identity]?.partitionOf !== undefined);
  if (partitions.length === 0) return new Set();
  const names = partitions.map((identity) => partsOfIdentity(identity).name);
  const { rows } = await session.work.query<{ name: string }>(
    // to_regclass() would fail if the role may not use the schema any more.
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where format('%I.%I', n.nspname, c.relname) = any ($1::text[])`,
    [names],
  );
  const found = new Set(rows.map(({ name }) => name));
  return new Set(partitions.filter((identity) => found.has(partsOfIdentity(identity).name)));
}

/**
 * Returns whether the identity is an object. Rows of our history are none; other checks and records cover default
 * privileges and facts.
 */
function isFound(identity: string, object: Catalog[string]): boolean {
  const { kind } = partsOfIdentity(identity);
  if (["applied file", "default privileges", "server"].includes(kind)) return false;
  return !isMereFact(identity, object) || kind.startsWith("publication ");
}

/** Returns the first file that names the object. */
function fileNaming(identity: string, ran: readonly BundleFile[]): string {
  const { name, kind, parent = name } = partsOfIdentity(identity);
  const named = bareName(kind.startsWith("publication ") ? parent : name);
  const file = ran.find((one) => mentions(one, named));
  return file === undefined ? "" : ` (${file.display})`;
}
