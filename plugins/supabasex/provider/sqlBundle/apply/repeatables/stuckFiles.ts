import { declarationsOf } from "../../source/declaredObjects";
import { SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { nameWithoutArguments } from "../../source/identifiers";

/** A file with a missing dependency, and the server's error. */
export interface StuckFile {
  readonly file: BundleFile;
  readonly error: SqlFileError;
}

/**
 * Returns the error to report if all files wait for something: the first that is not only a consequence of another's.
 * If each is a consequence of another, they form a cycle, which is reported.
 *
 * @param dependsOn the known dependencies of a file from its last run: paths
 */
export function rootError(
  stuck: readonly StuckFile[],
  dependsOn: (file: BundleFile) => readonly string[],
): SqlFileError | undefined {
  const waitsFor = (one: StuckFile) =>
    stuck.find(
      (other) =>
        other !== one && (makes(other.file, one.error) || dependsOn(one.file).includes(other.file.path)),
    );
  const root = stuck.find((one) => waitsFor(one) === undefined);
  if (root !== undefined) return root.error;
  const trail: StuckFile[] = [];
  let next = stuck[0];
  while (next !== undefined && !trail.includes(next)) {
    trail.push(next);
    next = waitsFor(next);
  }
  if (next === undefined) return undefined;
  const circle = [...trail.slice(trail.indexOf(next)), next];
  const hint = `These files depend on each other: ${circle.map(({ file }) => file.path).join(" → ")}. Views cannot; functions can, in files that begin with \`set check_function_bodies = off;\`.`;
  return new SqlFileError({ ...next.error.issue, hint }, { cause: next.error.cause });
}

const missing = /^(?:relation|type|function|procedure|aggregate) "?([^("]+)"?(?:\(.*\))? does not exist$/;

/** Returns whether the file creates the missing object of the error. */
function makes(file: BundleFile, { issue }: SqlFileError): boolean {
  const name = missing.exec(issue.message)?.[1];
  if (name === undefined) return false;
  return declarationsOf(file).some(
    (object) => nameWithoutArguments(object.name).replaceAll('"', "") === name,
  );
}
