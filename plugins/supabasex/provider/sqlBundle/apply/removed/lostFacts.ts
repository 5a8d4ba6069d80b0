import type { Catalog } from "../../catalog";
import type { AppliedFile, OwnedObject } from "../../history/history";
import type { LoadedBundle } from "../../source/files";
import { recordedStatement, type StatingStatement, statingStatements } from "../../source/statedFacts";
import { type StatedFacts, statedOf } from "../statements/statedObjects";

/** What repeatables stated when they last ran and do not state any more. */
export interface LostFacts {
  /** Returns the properties of an object that were stated by statements that no file contains now. */
  of(identity: string, live: Catalog): readonly StatedFacts[];
  /**
   * The statements that their own file does not contain now. This includes statements that moved to another file: there, a file that states
   * the opposite may run after them.
   */
  readonly removed: readonly StatingStatement[];
}

/**
 * Compares what repeatables stated when they last ran with what they state now. A statement that moved to another file
 * is not lost. Returns `undefined` if nothing is.
 *
 * @param withRemoved whether removed files count; not if an older checkout is allowed on purpose
 */
export function lostFacts(
  history: ReadonlyMap<string, AppliedFile>,
  { migrations, repeatables: local }: LoadedBundle,
  withRemoved: boolean,
): LostFacts | undefined {
  const serverMajor = [...migrations, ...local][0]?.serverMajor;
  const byPath = new Map(local.map((file) => [file.path, file]));
  const lost: StatingStatement[] = [];
  const removed: StatingStatement[] = [];
  const owners: { readonly objects: readonly OwnedObject[] }[] = [];
  let stated: ReadonlySet<string> | undefined;
  for (const { path, kind, sha256, states, objects, due } of history.values()) {
    const file = byPath.get(path);
    // The statements of one that is due may be about renamed objects.
    const isOpen = file === undefined ? withRemoved : file.sha256 !== sha256 || due === true;
    if (kind !== "repeatable" || !isOpen || states.length === 0) continue;
    const own = new Set(file === undefined ? [] : statingStatements(file).map(({ text }) => text));
    for (const text of states.filter((former) => !own.has(former))) {
      const statement = recordedStatement(text, serverMajor);
      if (statement.setsRole) owners.push({ objects });
      else {
        removed.push(statement);
        stated ??= new Set(local.flatMap((other) => statingStatements(other).map((one) => one.text)));
        if (!stated.has(text)) lost.push(statement);
      }
    }
  }
  if (removed.length + owners.length === 0) return undefined;
  const ofRole = new Set(owners.flatMap(({ objects }) => objects.flatMap(({ identity }) => identity ?? [])));
  const ownership: StatedFacts = {
    properties: new Set(["owner", "grants"]),
    grantees: undefined,
    isDynamic: false,
  };
  return {
    removed,
    of: (identity, live) => [
      ...lost.flatMap((statement) => statedOf(statement, identity, live) ?? []),
      ...(ofRole.has(identity) ? [ownership] : []),
    ],
  };
}
