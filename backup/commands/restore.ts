import { UserError } from "../../foundation/userError";
import type { CommandContext } from "../context";
import { projectRefOf, readEnvironment } from "../environment";
import { exitCodes } from "../exitCodes";
import type { Manifest } from "../manifest";
import { findTools } from "../postgres/tools";
import { joinNames, missingNames } from "../restore/missingNames";
import { restoreBackup } from "../restore/restoreBackup";
import type { Missing } from "../restore/schemaWriter";
import { ownSource, selectRun } from "../selectRun";
import { createClient } from "../store/client";
import { ObjectStore } from "../store/objectStore";

export interface RestoreOptions {
  /** Full name of a run. Default: the newest of the target, or else of the environment's database. */
  readonly run?: string;
  /** Name of the target's database, which allows a restore into the source of the backup. */
  readonly intoSource?: string;
  /** Name of the target's database, which allows removing all application objects from it first. */
  readonly replace?: string;
}

/**
 * Implements `backup restore`: restores a backup into the empty database of RESTORE_DATABASE_URL.
 * @throws UserError with exit code 10 if objects could not be created; everything else is restored.
 */
export async function restore(options: RestoreOptions, context: CommandContext): Promise<Manifest> {
  const settings = readEnvironment(["store", "target", "parallel", "own"], context.environment);
  const tools = await findTools();
  const store = new ObjectStore(createClient(settings.store), settings.store.bucket);
  const { target, parallel } = settings;
  const projectRef = projectRefOf(target.user, target.host) ?? null;
  const ofTarget = ownSource({ own: { projectRef, database: target.database } });
  const run = await selectRun(
    store,
    { run: options.run, of: [ofTarget, ownSource(settings)] },
    context.signal,
  );
  const { intoSource, replace } = options;
  const { manifest, missing } = await restoreBackup(
    { store, tools, run, target, parallel, intoSource, replace },
    context,
  );
  if (missing.length === 0) return manifest;
  context.print(describeMissing(missing));
  const names = joinNames(missingNames(missing));
  const steps = [
    ...(missing.some(({ sql }) => sql !== "") ? ["run the SQL above when its prerequisites exist"] : []),
    ...(missing.some(({ sql }) => sql === "")
      ? ["create what the rows above need, then load them from the named file"]
      : []),
  ];
  throw new UserError(
    `Everything was restored except ${names}: ${steps.join("; ")}.`,
    exitCodes.restoreFailed,
  );
}

/** Returns a script that creates what is missing, with the reason above each statement. */
export function describeMissing(missing: readonly Missing[]): string {
  return missing
    .map(({ what, reason, sql }) => {
      const statement = sql === "" || sql.endsWith(";") ? sql : `${sql};`;
      return [`-- ${oneLine(what)}: ${oneLine(reason)}`, statement].filter(Boolean).join("\n");
    })
    .join("\n\n");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
