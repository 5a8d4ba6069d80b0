import { UserError } from "../../../../../foundation/userError";
import { addressesOf, dropStatement } from "../catalog/objects";
import type { OwnedObject } from "../history/history";
import { ExecutionFailure, type Session } from "../session/session";
import { type DeclaredObject, declarationsOf, objectKey } from "../source/declaredObjects";
import { isDatabaseError } from "../source/errors";
import type { RepeatablePlan } from "./plan";
import type { RepeatableContext } from "./repeatableContext";

/** Drops what the files of a plan made before and no file makes any more, in whatever order that is possible. */
export async function dropOrphans(plan: RepeatablePlan, context: RepeatableContext): Promise<OwnedObject[]> {
  const { session, history, dropRemoved } = context;
  const paths = new Set([...plan.run.map((entry) => entry.path), ...(dropRemoved ? plan.removed : [])]);
  const makers = new Map(
    [...paths].flatMap((path) => (history.get(path)?.objects ?? []).map((object) => [object, path])),
  );
  let waiting = await orphansAmong([...makers.keys()], context);
  const dropped = waiting;
  while (waiting.length > 0) {
    const left: { object: OwnedObject; fault: unknown }[] = [];
    for (const object of waiting) {
      const fault = await tryToDrop(object, session);
      if (fault !== undefined) left.push({ object, fault });
    }
    if (left.length === waiting.length) throw stillNeeded(left, makers);
    waiting = left.map(({ object }) => object);
  }
  return dropped;
}

function stillNeeded(
  left: readonly { readonly object: OwnedObject; readonly fault: unknown }[],
  makers: ReadonlyMap<OwnedObject, string>,
): UserError {
  return new UserError(
    [
      "Objects that no file makes any more cannot be dropped, because something depends on them:",
      ...left.map(({ object, fault }) => {
        const detail = (fault as { detail?: string }).detail ?? String((fault as Error).message);
        return `  ${nameOf(object)} (made by ${makers.get(object)})\n    ${detail.replaceAll("\n", "\n    ")}`;
      }),
      "  Change or drop what depends on them first, or keep the file.",
    ].join("\n"),
  );
}

/** Drops objects that their file does not make any more, where nothing depends on them; the rest is tried last of all. */
export async function dropIfFree(
  objects: readonly DeclaredObject[],
  { session }: RepeatableContext,
): Promise<void> {
  for (const object of objects) await tryToDrop(object, session);
}

/** The server's refusal, when it refuses because something depends on the object. */
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
    if (!isDatabaseError(cause) || cause.code !== "2BP01") throw error;
    await session.execute("rollback to savepoint orphan");
    return cause;
  }
}

/** As the catalog names it, where it does. */
export function nameOf(object: OwnedObject): string {
  return object.identity ?? objectKey(object);
}

/** Those of the objects that no file makes any more, whatever name they are written by. */
export async function orphansAmong(
  objects: readonly OwnedObject[],
  { session, local }: RepeatableContext,
): Promise<OwnedObject[]> {
  if (objects.length === 0) return [];
  const declared = new Map(local.flatMap(declarationsOf).map((object) => [objectKey(object), object]));
  const suspects = objects.filter((object) => object.class !== "bucket" && !declared.has(objectKey(object)));
  if (suspects.length === 0) return [];
  const kept = new Set(await addressesOf(session.work, [...declared.values()]));
  const addresses = await addressesOf(session.work, suspects);
  return suspects.filter(
    ({ class: kind }, at) => kind === "cron job" || (addresses[at] !== undefined && !kept.has(addresses[at])),
  );
}
