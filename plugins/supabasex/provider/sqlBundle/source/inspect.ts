import { setImmediate as turn } from "node:timers/promises";
import { UserError } from "../../../../../foundation/userError";
import { acceptanceErrors } from "./accepted";
import { declarationErrors, declarationsOf, objectKey } from "./declaredObjects";
import { SqlFileError } from "./errors";
import type { BundleFile, LoadedBundle } from "./files";
import { transactionErrors } from "./transactionControl";
import { undoErrors } from "./undoPart";

/**
 * Checks everything that is known about the files without a database: syntax, transaction control, headers, what a
 * repeatable may not create, two files that create the same object. The parser must have been loaded. Throws one
 * UserError with all errors of all files. Yields regularly to other work of this process, such as that of a connection.
 *
 * @param passed is called with each file without an error, as long as the previous ones have none either
 */
export async function inspectFiles(
  { migrations, repeatables }: LoadedBundle,
  passed: (file: BundleFile) => void = () => {},
): Promise<void> {
  const files = [...migrations, ...repeatables];
  const issues: Issue[] = [];
  let since = performance.now();
  for (const file of files) {
    issues.push(...issuesOf(file));
    if (issues.length === 0) passed(file);
    if (performance.now() - since < maxTurnMilliseconds) continue;
    await turn();
    since = performance.now();
  }
  const sound = repeatables.filter((file) => issues.every((issue) => issue.file !== file));
  const errors = [
    ...issues.map(({ error }) => error),
    ...missingDependencies(files),
    ...sharedObjects(sound),
  ];
  const [first, ...more] = errors;
  if (first === undefined) return;
  if (more.length === 0) throw first;
  throw new UserError(
    [
      `The files have ${errors.length} errors; nothing was changed.`,
      ...errors.map(({ message }) => message),
    ].join("\n"),
  );
}

/** The maximum time without yielding, in milliseconds. */
const maxTurnMilliseconds = 2;

interface Issue {
  readonly file: BundleFile;
  readonly error: UserError;
}

function issuesOf(file: BundleFile): Issue[] {
  try {
    const encoding = encodingError(file);
    if (encoding !== undefined) return [{ file, error: encoding }];
    const errors = [...transactionErrors(file), ...undoErrors(file), ...acceptanceErrors(file)];
    if (file.kind === "repeatable") errors.push(...declarationErrors(file));
    return errors.map((error) => ({ file, error }));
  } catch (error) {
    // A syntax error hides the rest of the file.
    if (error instanceof UserError) return [{ file, error }];
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
