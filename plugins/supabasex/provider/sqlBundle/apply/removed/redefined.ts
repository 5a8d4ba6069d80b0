import { escapeControls } from "../../../../../../foundation/controlCharacters";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../../../../foundation/json";
import { sqlStates } from "../../../../../../foundation/sqlStates";
import type { Catalog, CatalogReading } from "../../catalog";
import type { BaseFacts, ByRepeatables } from "../../catalog/base";
import { addressesOf } from "../../catalog/objects";
import type { History } from "../../history/history";
import type { Session } from "../../session/session";
import { type DeclaredObject, declarations, declarationsOf, objectKey } from "../../source/declaredObjects";
import { SqlFileError } from "../../source/errors";
import type { BundleFile, Migration } from "../../source/files";
import { statementsOf } from "../../source/statements";
import { bornObject } from "../access/bornObject";
import type { FileFailure } from "../request";

/**
 * A repeatable may redefine what a migration has created: `create or replace function` in both. On an empty database,
 * the migration's definition remains when the repeatable is removed. So such an object is in the base facts, like what
 * repeatables alter, and is not dropped with the repeatable.
 */

/** Returns the identities of what repeatables have created or redefined. */
export function ownedByRepeatables({ files }: Pick<History, "files">): Set<string> {
  return new Set(
    [...files.values()].flatMap(({ objects }) => objects.flatMap(({ identity }) => identity ?? [])),
  );
}

/**
 * Returns how repeatables relate to an object.
 *
 * @param owned what they have created before
 * @param declared what they create now
 * @param isOfMigration whether migrations created an object that existed before the repeatables
 */
export function originOf(
  {
    base,
    owned,
    declared,
  }: {
    readonly base: BaseFacts;
    readonly owned: ReadonlySet<string>;
    readonly declared: ReadonlySet<string>;
  },
  isOfMigration: (identity: string) => boolean,
): (identity: string) => ByRepeatables {
  return (identity) => {
    const isOwned = owned.has(identity) || declared.has(identity);
    if (!isOwned) return undefined;
    if (base[identity] !== undefined) return base[identity] === null ? "create" : "redefine";
    return !owned.has(identity) && isOfMigration(identity) ? "redefine" : "create";
  };
}

/** Returns what repeatables have redefined and none of them declares any more: identity → the object. */
export function noLongerRedefined(
  base: BaseFacts,
  { files }: Pick<History, "files">,
  local: readonly BundleFile[],
): Map<string, DeclaredObject> {
  const declared = new Set(local.flatMap((file) => declarationsOf(file).map(objectKey)));
  const made = [...files.values()].flatMap(({ objects }) => objects);
  return new Map(
    made.flatMap((object): [string, DeclaredObject][] => {
      const { identity } = object;
      if (identity === undefined || (base[identity] ?? null) === null) return [];
      return declared.has(objectKey(object)) ? [] : [[identity, object]];
    }),
  );
}

/**
 * Returns the base facts of those objects of repeatables that migrations have recreated: their state without the
 * repeatables, apart from what other statements of the migrations set.
 *
 * @param ran the migrations that ran
 */
export async function recreatedObjects(
  session: Session,
  ran: readonly Migration[],
  owned: ReadonlySet<string>,
  { catalog, addresses, bornUnder }: CatalogReading & { readonly bornUnder: Catalog },
): Promise<BaseFacts> {
  if (owned.size === 0) return {};
  const created = ran.flatMap((file) => statementsOf(file).flatMap(({ node }) => declarations(node)));
  if (created.length === 0) return {};
  const { rows } = await session.work.query<{ role: string }>("select current_user as role");
  const creator = rows[0]?.role ?? "";
  const identities = new Map([...addresses].map(([identity, address]) => [address, identity]));
  const found = await addressesOf(session.work, created);
  return Object.fromEntries(
    found.flatMap((address): [string, BaseFacts[string]][] => {
      const identity = address === undefined ? undefined : identities.get(address);
      const object = identity === undefined ? undefined : catalog[identity];
      if (identity === undefined || object === undefined || !owned.has(identity)) return [];
      const born = bornObject(identity, object, { creator, live: bornUnder });
      const { grants } = object;
      return [
        [
          identity,
          {
            ...factsOf(born, object),
            ...(isJsonObject(grants) && isJsonObject(born.grants)
              ? { grants: factsOf(born.grants, grants) }
              : {}),
          },
        ],
      ];
    }),
  );
}

/** Returns every property of the one object, and null for those that only the other has. */
function factsOf(one: JsonObject, other: JsonObject): JsonObject {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name): [string, JsonValue] => [name, one[name] ?? null]));
}

/** SQLSTATEs for an existing object: a table or view, a function, or another object. */
const alreadyThere: ReadonlySet<string> = new Set([
  sqlStates.duplicateTable,
  sqlStates.duplicateFunction,
  sqlStates.duplicateObject,
]);

/** Adds to the failure of a migration that a repeatable has created the existing object. */
export function explainTaken(
  failure: FileFailure,
  { files }: Pick<History, "files">,
  live: Catalog,
): FileFailure {
  const { error } = failure;
  if (!(error instanceof SqlFileError) || !alreadyThere.has(error.issue.sqlState ?? "")) return failure;
  const names = new Set(
    statementsOf(error.issue.file).flatMap(({ node }) =>
      declarations(node).map((object) => objectKey(object)),
    ),
  );
  for (const { path, objects } of files.values()) {
    const made = objects.find(
      (object) =>
        object.identity !== undefined && live[object.identity] !== undefined && names.has(objectKey(object)),
    );
    if (made === undefined) continue;
    const hint = `${path} has created ${escapeControls(made.identity ?? made.name)}: write create or replace, so that the migration takes it over; or drop it in the migration first.`;
    return { ...failure, error: new SqlFileError({ ...error.issue, hint }, { cause: error.cause }) };
  }
  return failure;
}
