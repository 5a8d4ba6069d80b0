import { sqlStates } from "../../../../../../foundation/sqlStates";
import { UserError } from "../../../../../../foundation/userError";
import { addressesOf, dropStatement } from "../../catalog/objects";
import type { OwnedObject } from "../../history/history";
import { ExecutionFailure, type Session } from "../../session/session";
import { type DeclaredObject, declarationsOf, objectKey } from "../../source/declaredObjects";
import { isDatabaseError } from "../../source/errors";
import type { RepeatablePlan } from "../plan/planRepeatables";
import { classedKey } from "../statements/namespaces";
import type { RepeatableContext } from "./context";

/** Returns what the files of a plan created when they last ran: object → path of its file. */
export function formerObjects(
  plan: RepeatablePlan,
  { history, dropRemoved }: Pick<RepeatableContext, "history" | "dropRemoved">,
): Map<OwnedObject, string> {
  const paths = new Set([...plan.run.map((entry) => entry.path), ...(dropRemoved ? plan.removed : [])]);
  return new Map(
    [...paths].flatMap((path) => (history.get(path)?.objects ?? []).map((object) => [object, path])),
  );
}

/** Drops those of the objects that no file creates any more, in any order that works. */
export async function dropOrphans(
  made: ReadonlyMap<OwnedObject, string>,
  context: RepeatableContext,
): Promise<OwnedObject[]> {
  let waiting = await orphansAmong([...made.keys()], context);
  while (waiting.length > 0) {
    const left: { object: OwnedObject; error: unknown }[] = [];
    for (const object of waiting) {
      const error = await tryToDrop(object, context.session);
      if (error !== undefined) left.push({ object, error });
    }
    if (left.length === waiting.length) throw stillNeeded(left, made);
    waiting = left.map(({ object }) => object);
  }
  return [...context.obsolete];
}

function stillNeeded(
  left: readonly { readonly object: OwnedObject; readonly error: unknown }[],
  makers: ReadonlyMap<OwnedObject, string>,
): UserError {
  return new UserError(
    [
      "Objects that no file creates any more cannot be dropped, because other objects depend on them:",
      ...left.map(({ object, error }) => {
        const detail = (error as { detail?: string }).detail ?? String((error as Error).message);
        return `  ${nameOf(object)} (created by ${makers.get(object)})\n    ${detail.replaceAll("\n", "\n    ")}`;
      }),
      "  Change or drop the dependent objects first, or keep the file.",
    ].join("\n"),
  );
}

/** Drops objects if nothing depends on them. Returns the others. */
export async function dropIfFree<T extends DeclaredObject>(
  objects: readonly T[],
  { session }: RepeatableContext,
): Promise<T[]> {
  const inUse: T[] = [];
  for (const object of objects) if ((await tryToDrop(object, session)) !== undefined) inUse.push(object);
  return inUse;
}

/** Returns the server's error if it refuses because something depends on the object. */
async function tryToDrop(object: DeclaredObject, session: Session): Promise<unknown> {
  const drop = dropStatement(object);
  if (drop === undefined) return undefined;
  await session.execute("savepoint orphan");
  try {
    await session.execute(drop);
    await session.execute("release savepoint orphan");
    return undefined;
  } catch (error) {
    const cause = error instanceof ExecutionFailure ? error.cause : error;
    if (!isDatabaseError(cause) || cause.code !== sqlStates.dependentObjectsStillExist) throw error;
    await session.execute("rollback to savepoint orphan");
    return cause;
  }
}

/** Returns the name as in the catalog, if it is there. */
export function nameOf(object: OwnedObject): string {
  return object.identity ?? objectKey(object);
}

/**
 * Returns those of the objects that no file creates any more, regardless of how their names are written. Buckets stay.
 */
export async function orphansAmong(
  objects: readonly OwnedObject[],
  { session, local, isOfMigration }: Pick<RepeatableContext, "session" | "local" | "isOfMigration">,
): Promise<OwnedObject[]> {
  if (objects.length === 0) return [];
  const declared = local.flatMap(declarationsOf);
  const declaredKeys = new Set(declared.map(classedKey));
  const suspects = objects.filter(
    (object) =>
      object.class !== "bucket" &&
      !declaredKeys.has(classedKey(object)) &&
      !(object.identity !== undefined && isOfMigration(object.identity)),
  );
  if (suspects.length === 0) return [];
  const kept = new Set<string>();
  const declaredAddresses = await addressesOf(session.work, declared);
  declared.forEach((object, at) => {
    const address = declaredAddresses[at];
    if (address !== undefined) kept.add(`${object.class} ${address}`);
  });
  const addresses = await addressesOf(session.work, suspects);
  return suspects.filter(({ class: kind }, at) => {
    const address = addresses[at];
    return address !== undefined && !kept.has(`${kind} ${address}`);
  });
}
