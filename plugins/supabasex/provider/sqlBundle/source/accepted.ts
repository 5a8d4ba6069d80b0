import { hazardKinds, hazardNamed } from "../../../hazards";
import { SqlFileError } from "./errors";
import { type BundleFile, headerLines } from "./files";
import { identifiersOf, unquotedAsWritten } from "./identifiers";
import { titleOf } from "./relationTitle";

/** A hazard that the author of a migration accepts: `-- accepts: table-rewrite shared.orders: it has 200 rows`. */
export interface Acceptance {
  readonly hazard: string;
  /** `schema.name`, as SQL writes it. */
  readonly relation: string;
  readonly reason: string;
}

const directive = /^\s*--\s*accepts:(.*)$/i;
const form = /^\s*([a-z-]+)\s+((?:"(?:[^"]|"")*"|[^\s:"])+)\s*:\s*(\S.*?)\s*$/;

/** Returns what the comment lines at the top of a file accept. */
export function acceptedBy(file: BundleFile): Acceptance[] {
  return headerLines(file.text).flatMap((line) => {
    const [, hazard, relation, reason] = form.exec(directive.exec(line)?.[1] ?? "") ?? [];
    return hazard === undefined || relation === undefined || reason === undefined
      ? []
      : [{ hazard, relation: titleIn(relation), reason }];
  });
}

/** Returns the title of a relation that a line names as SQL does: names without quotes are in lower case. */
function titleIn(relation: string): string {
  const parts = identifiersOf(relation).map(unquotedAsWritten);
  const [schema, name] = parts;
  return parts.length === 2 && schema !== undefined && name !== undefined
    ? titleOf({ schema, name })
    : relation;
}

/** Returns the errors in a file's `-- accepts:` lines: an unknown hazard, or a missing relation or reason. */
export function acceptanceErrors(file: BundleFile): SqlFileError[] {
  return headerLines(file.text).flatMap((line) => {
    const stated = directive.exec(line)?.[1];
    if (stated === undefined) return [];
    const index = file.text.indexOf(line);
    const [, hazard] = form.exec(stated) ?? [];
    if (hazard === undefined) {
      const hint = "Write for example: -- accepts: table-rewrite shared.orders: the table has 200 rows";
      return [
        new SqlFileError({ file, index, message: "an accepted hazard needs a relation and a reason", hint }),
      ];
    }
    if (hazardNamed(hazard) !== undefined) return [];
    const hint = `The hazards are ${hazardKinds.map(({ name }) => name).join(", ")} (docs/locks.md).`;
    return [new SqlFileError({ file, index, message: `there is no hazard ${hazard}`, hint })];
  });
}
