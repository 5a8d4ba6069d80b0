import { setImmediate as turn } from "node:timers/promises";
import { UserError } from "../../../../../foundation/userError";
import { acceptanceErrors } from "./accepted";
import { declarationErrors, declarationsOf, objectKey } from "./declaredObjects";
import { SqlFileError } from "./errors";
import type { BundleFile, LoadedBundle, Migration } from "./files";
import { settingErrors, transactionErrors } from "./transactionControl";
import { undoErrors } from "./undoPart";

/**
 * Checks everything that is known about the files without a database: syntax, transaction control, headers, what a
 * repeatable may not create, two files that create the same object. The parser must have been loaded. Throws one
 * UserError with all errors of all files. Yields regularly to other work of this process, such as that of a connection.
 *
 * Returns the errors that count only in migrations that will run. An applied one must not change, so it keeps them.
 */
export async function inspectFiles(
  { migrations, repeatables }: LoadedBundle,
  { passed = () => {}, isApplied = () => false }: InspectionOptions = {},
): Promise<Issue[]> {
  const files = [...migrations, ...repeatables];
  const found: Issue[] = [];
  let since = performance.now();
  for (const file of files) {
    found.push(...issuesOf(file));
    if (found.length === 0) passed(file);
    if (performance.now() - since < maxTurnMilliseconds) continue;
    await turn();
    since = performance.now();
  }
  const applied = new Set<BundleFile>(migrations.filter(isApplied));
  const issues = found.filter(({ file, ifRun }) => !ifRun || !applied.has(file));
  const sound = repeatables.filter((file) => issues.every((issue) => issue.file !== file));
  const ofBundle = [...missingDependencies(files), ...sharedObjects(sound)];
  const open = found.filter(({ ifRun }) => ifRun);
  if (open.length === found.length && ofBundle.length === 0) return open;
  throw asOne([...issues.map(({ error }) => error), ...ofBundle]);
}

export interface InspectionOptions {
  /** Is called with each file without an error, as long as the previous ones have none either. */
  readonly passed?: (file: BundleFile) => void;
  /** Returns whether a migration is known to be applied. Then errors that count only in one that will run are not listed. */
  readonly isApplied?: (file: Migration) => boolean;
}

/** Throws one UserError with all errors, if there are any. */
export function refuse(issues: readonly Issue[]): void {
  if (issues.length > 0) throw asOne(issues.map(({ error }) => error));
}

function asOne(errors: readonly UserError[]): UserError {
  const [first, ...more] = errors;
  if (first !== undefined && more.length === 0) return first;
  return new UserError(
    [
      `The files have ${errors.length} errors; nothing was changed.`,
      ...errors.map(({ message }) => message),
    ].join("\n"),
  );
}

/** The maximum time without yielding, in milliseconds. */
const maxTurnMilliseconds = 2;

export interface Issue {
  readonly file: BundleFile;
  readonly error: UserError;
  /** Whether it counts only if the file will run. */
  readonly ifRun: boolean;
}

function issuesOf(file: BundleFile): Issue[] {
  try {
    const encoding = encodingError(file);
    if (encoding !== undefined) return [{ file, error: encoding, ifRun: false }];
    const isMigration = file.kind === "migration";
    const errors = [...transactionErrors(file), ...acceptanceErrors(file)];
    const errorsIfRun = [...settingErrors(file), ...undoErrors(file)];
    const errorsOfObjects = isMigration ? [] : declarationErrors(file);
    return [
      ...errors.map((error) => ({ file, error, ifRun: false })),
      // A repeatable may run at any time.
      ...errorsIfRun.map((error) => ({ file, error, ifRun: isMigration })),
      ...errorsOfObjects.map((error) => ({ file, error, ifRun: false })),
    ];
  } catch (error) {
    // A syntax error hides the rest of the file.
    if (error instanceof UserError) return [{ file, error, ifRun: false }];
    throw error;
  }
}

/**
 * Returns an error for text that is not UTF-8: it was read with replacement characters, or, from UTF-16, with a zero
 * byte next to each letter.
 */
function encodingError(file: BundleFile): SqlFileError | undefined {
  const places = ["\0", "\uFFFD"].map((character) => file.text.indexOf(character));
  const index = Math.min(...places.filter((place) => place >= 0));
  if (index === Number.POSITIVE_INFINITY) return undefined;
  const hint = "Save it as UTF-8. Write an intended replacement character as U&'\\FFFD'.";
  return new SqlFileError({ file, index, message: "the file is not UTF-8", hint });
}

function missingDependencies(files: readonly BundleFile[]): UserError[] {
  const known = new Set(files.map((file) => file.path));
  return files.flatMap((file) =>
    file.dependsOn
      .filter((other) => file.kind === "repeatable" && !known.has(other))
      .map(
        (other) =>
          new UserError(`${file.display} says that it depends on ${other}, which is not in the bundle.`),
      ),
  );
}

/** Returns errors for files that create the same object, because they would replace each other's repeatedly. */
function sharedObjects(files: readonly BundleFile[]): UserError[] {
  const owners = new Map<string, BundleFile>();
  const errors: UserError[] = [];
  for (const file of files) {
    for (const key of new Set(declarationsOf(file).map(objectKey))) {
      const other = owners.get(key);
      if (other === undefined) owners.set(key, file);
      else errors.push(new UserError(`${file.display} and ${other.display} both create ${key}: keep one.`));
    }
  }
  return errors;
}
