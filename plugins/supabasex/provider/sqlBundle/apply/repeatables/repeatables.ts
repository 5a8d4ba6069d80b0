import { sqlStates } from "../../../../../../foundation/sqlStates";
import type { OwnedObject } from "../../history/history";
import { declarationsOf } from "../../source/declaredObjects";
import { SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { bareName } from "../../source/identifiers";
import { mentions } from "../../source/mentions";
import type { RepeatablePlan } from "../plan/planRepeatables";
import type { PlannedFile } from "../request";
import { FilesAhead, maxAhead } from "../send/filesAhead";
import { sendFile } from "../send/sendFile";
import { inTheWay } from "../statements/namespaces";
import type { RepeatableContext } from "./context";
import { dropIfFree, dropOrphans, formerObjects, orphansAmong } from "./orphans";
import { createsIfMissing, dropOtherDefinitions } from "./otherDefinitions";
import { type AlsoRan, isChanged, rebuild } from "./replacement";
import { dependenciesOf, dropsBefore, isNotThereYet, messageOf, runFile } from "./runRepeatable";
import { rootError, type StuckFile } from "./stuckFiles";

/**
 * `create or replace` cannot change the object in this way; or the object exists and the statement cannot replace it.
 */
const cannotReplace = new Set([
  sqlStates.invalidFunctionDefinition,
  sqlStates.invalidTableDefinition,
  sqlStates.wrongObjectType,
  sqlStates.dependentObjectsStillExist,
  sqlStates.duplicateObject,
  sqlStates.duplicateTable,
  sqlStates.duplicateFunction,
]);

export interface RunFile extends PlannedFile {
  readonly file: BundleFile;
  readonly durationMilliseconds: number;
}

export interface RepeatableRun {
  readonly ran: readonly RunFile[];
  /** Objects that were dropped because no file creates them any more. */
  readonly dropped: readonly OwnedObject[];
  /** Identities that a rebuild dropped and recreated. */
  readonly recreated: ReadonlySet<string>;
}

/**
 * Applies repeatables in the open transaction, so either all of them are applied or none. A file that needs an object
 * of another one waits for it. What cannot be replaced in place is dropped and recreated with everything that depends
 * on it. What no file creates any more is dropped last.
 */
export async function applyRepeatables(
  plan: RepeatablePlan,
  options: Omit<RepeatableContext, "obsolete" | "open" | "done">,
): Promise<RepeatableRun> {
  const made = formerObjects(plan, options);
  const open = new Set(plan.run.map(({ path }) => path));
  const done = new Set<string>();
  const context: RepeatableContext = {
    ...options,
    obsolete: await orphansAmong([...made.keys()], options),
    open,
    done,
  };
  const ran: RunFile[] = [];
  const finish = (file: RunFile) => {
    ran.push(file);
    open.delete(file.path);
    done.add(file.path);
  };
  const recreated = new Set<string>();
  const ahead = new FilesAhead((file) =>
    sendFile(file, messageOf(file, dropsBefore(file, context), context), context),
  );
  let waiting = [...plan.run];
  while (waiting.length > 0) {
    const stillWaiting: ((typeof waiting)[number] & StuckFile)[] = [];
    for (const [at, entry] of waiting.entries()) {
      // It has already run with another file.
      if (ran.some((other) => other.path === entry.path)) continue;
      context.progress(entry);
      const started = performance.now();
      try {
        const following = followingNew(waiting.slice(at, at + maxAhead), ran, context);
        const also = await applyFile(entry.file, context, () => ahead.run(entry.file, following));
        finish({ ...entry, durationMilliseconds: Math.round(performance.now() - started) });
        for (const identity of also.recreated) recreated.add(identity);
        for (const file of also.files) {
          if (ran.some((other) => other.file === file)) continue;
          const asPlanned = plan.run.find((other) => other.file === file);
          const why = asPlanned ?? { path: file.path, reason: "dependency", because: entry.path };
          finish({ ...why, file, durationMilliseconds: 0 });
        }
      } catch (error) {
        if (!isNotThereYet(error)) throw error;
        stillWaiting.push({ ...entry, error });
      }
    }
    if (stillWaiting.length > 0 && stillWaiting.length === waiting.length)
      throw rootError(stillWaiting, (file) => dependenciesOf(file, context));
    waiting = stillWaiting;
  }
  const dropped = await dropOrphans(made, context);
  for (const [file, because] of nameDropped(dropped, made, context)) {
    await runFile(file, dropsBefore(file, context), context);
    if (ran.every((other) => other.file !== file)) {
      finish({ path: file.path, reason: "dependency", because, file, durationMilliseconds: 0 });
    }
  }
  return { ran, dropped, recreated };
}

/**
 * Returns the files that name what no file creates any more, and the file that created it. They must run without it, as
 * on an empty database.
 */
function nameDropped(
  dropped: readonly OwnedObject[],
  made: ReadonlyMap<OwnedObject, string>,
  { local }: RepeatableContext,
): Map<BundleFile, string> {
  const result = new Map<BundleFile, string>();
  for (const object of dropped) {
    const name = bareName(object.name);
    const path = made.get(object) ?? "";
    for (const file of local) {
      if (file.path !== path && mentions(file, name) && !result.has(file)) result.set(file, path);
    }
  }
  return result;
}

/**
 * Returns the files after a new one that may be sent together with it, up to the first that is not new, for which
 * objects may have to be dropped.
 */
function followingNew(
  [first, ...rest]: readonly { readonly file: BundleFile }[],
  ran: readonly RunFile[],
  { history, obsolete, sequences }: RepeatableContext,
): BundleFile[] {
  const mayHaveToDrop = (file: BundleFile) =>
    history.has(file.path) ||
    sequences.reads(file) ||
    createsIfMissing(file).length > 0 ||
    inTheWay(obsolete, declarationsOf(file)).length > 0;
  if (first === undefined || mayHaveToDrop(first.file)) return [];
  const open = rest.map(({ file }) => file).filter((file) => ran.every((other) => other.file !== file));
  const known = open.findIndex(mayHaveToDrop);
  return known < 0 ? open : open.slice(0, known);
}

const nothingElse: AlsoRan = { files: [], recreated: [] };

/**
 * Runs one file. What it created before with other arguments or as another class is dropped first, because it would
 * make calls ambiguous or block the name.
 *
 * @param firstTry sends the file as it is
 */
async function applyOnce(
  file: BundleFile,
  context: RepeatableContext,
  firstTry?: () => Promise<void>,
): Promise<AlsoRan> {
  const declared = declarationsOf(file);
  const former = inTheWay(context.obsolete, declared);
  try {
    if (former.length > 0) return await rebuild(file, { former, replaced: [] }, context);
    const replaced = isChanged(file, context) ? await dropOtherDefinitions(file, context) : [];
    if (replaced.length > 0) return await rebuild(file, { former, replaced: declared }, context);
    await runFile(file, dropsBefore(file, context), context, { send: firstTry });
    // The rest is retried at the end.
    await dropIfFree(await orphansAmong(context.history.get(file.path)?.objects ?? [], context), context);
    return nothingElse;
  } catch (error) {
    if (!(error instanceof SqlFileError) || !cannotReplace.has(error.sqlState ?? "")) throw error;
    return await rebuild(file, { former, replaced: declared, cause: error }, context);
  }
}

/** Runs one file. If it fails because an object exists already, it runs again without that statement. */
async function applyFile(
  file: BundleFile,
  context: RepeatableContext,
  firstTry: () => Promise<void>,
): Promise<AlsoRan> {
  for (let send: typeof firstTry | undefined = firstTry; ; send = undefined) {
    try {
      return await applyOnce(file, context, send);
    } catch (error) {
      const isOwn = error instanceof SqlFileError && error.file === file;
      if (!isOwn || !context.leftOut.takes(error)) throw error;
    }
  }
}
