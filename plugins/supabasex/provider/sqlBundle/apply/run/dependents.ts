import { escapeControls } from "../../../../../../foundation/controlCharacters";
import { sqlStates } from "../../../../../../foundation/sqlStates";
import { type Catalog, partsOfIdentity } from "../../catalog";
import type { History } from "../../history/history";
import { SqlFileError } from "../../source/errors";
import { withoutQualifier } from "../../source/identifiers";
import type { FileFailure } from "../request";

/** SQLSTATEs for an object that others depend on, when it is dropped or a column's type is changed. */
const neededByOthers: ReadonlySet<string> = new Set([
  sqlStates.dependentObjectsStillExist,
  sqlStates.featureNotSupported,
]);

/**
 * Adds to the failure of a migration which repeatables have created what depends on its object. On an empty database these
 * objects do not exist yet.
 */
export function explainDependents(
  failure: FileFailure,
  { files }: Pick<History, "files">,
  live: Catalog,
): FileFailure {
  const { error } = failure;
  if (!(error instanceof SqlFileError)) return failure;
  const { sqlState = "", detail = "" } = error.issue;
  if (!neededByOthers.has(sqlState)) return failure;
  const found = [...files.values()].flatMap(({ path, objects }) =>
    objects.flatMap(({ identity }) => {
      if (identity === undefined || live[identity] === undefined) return [];
      return isNamed(detail, identity) ? [`${escapeControls(identity)} (${path})`] : [];
    }),
  );
  if (found.length === 0) return failure;
  const hint = `Repeatables created objects that depend on it: ${found.join(", ")}. Drop these first in this migration (drop … if exists); the repeatables create them again afterwards.`;
  return { ...failure, error: new SqlFileError({ ...error.issue, hint }, { cause: error.cause }) };
}

/** Returns whether the server's list of dependent objects, one per line, contains an object. */
function isNamed(detail: string, identity: string): boolean {
  const { parent, name } = partsOfIdentity(identity);
  const subjects = detail.split("\n").map((line) => ` ${comparable(line.split(" depends on ")[0] ?? "")}`);
  return subjects.some((subject) =>
    parent === undefined
      ? endsWith(subject, name)
      : subject.includes(` ${comparable(name)} on `) && endsWith(subject, parent),
  );
}

/** Returns whether a subject ends with a name, with or without its schema: the server omits a schema in the search path. */
function endsWith(subject: string, name: string): boolean {
  return [name, withoutQualifier(name)].some((one) => subject.endsWith(` ${comparable(one)}`));
}

/** Removes spaces after commas: the server prints arguments without spaces between them. */
function comparable(text: string): string {
  return text.replaceAll(", ", ",");
}
