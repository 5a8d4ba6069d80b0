import { sqlStates } from "../../../../../../foundation/sqlStates";
import { SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { identifiersOf, unquoted } from "../../source/identifiers";
import { statementsOf } from "../../source/statements";

/** An enum label that was used before it was committed. */
interface NewLabel {
  readonly label: string;
  /** The type's name, preceded by its schema unless the search path has it. */
  readonly type: readonly string[];
}

/**
 * Returns whether the commit of earlier files of the run helps a file that uses a new enum label. It does not if the
 * file adds the label itself. `add value if not exists` adds nothing once an earlier file has.
 *
 * @returns `undefined` if the files do not show it, or if this is not the error
 */
export function earlierCommitHelps(
  file: BundleFile,
  error: unknown,
  earlier: readonly BundleFile[],
): boolean | undefined {
  const used = newLabelOf(error);
  if (used === undefined) return undefined;
  const own = additionsOf(file, used);
  if (own.some(({ isConditional }) => !isConditional)) return false;
  if (earlier.some((other) => additionsOf(other, used).length > 0)) return true;
  return own.length > 0 ? false : undefined;
}

/** Reads the server's message: `unsafe use of new value "odd" of enum type shared.mood`. */
function newLabelOf(error: unknown): NewLabel | undefined {
  if (!(error instanceof SqlFileError) || error.sqlState !== sqlStates.unsafeNewEnumValueUsage)
    return undefined;
  const [, label, type] = /"(.*)" of enum type (.+)$/s.exec(error.issue.message) ?? [];
  if (label === undefined || type === undefined) return undefined;
  return { label, type: identifiersOf(type).map(unquoted) };
}

interface Addition {
  /** Whether it is `add value if not exists`. */
  readonly isConditional: boolean;
}

function additionsOf(file: BundleFile, { label, type }: NewLabel): Addition[] {
  return statementsOf(file).flatMap(({ node }) => {
    if (!("AlterEnumStmt" in node) || node.AlterEnumStmt.newVal !== label) return [];
    // Then it is `rename value`.
    if (node.AlterEnumStmt.oldVal !== undefined) return [];
    const names = (node.AlterEnumStmt.typeName ?? []).flatMap((item) =>
      "String" in item ? [item.String.sval ?? ""] : [],
    );
    const isSame = names.at(-1) === type.at(-1);
    const isInSchema = names.length < 2 || type.length < 2 || names.at(-2) === type.at(-2);
    return isSame && isInSchema ? [{ isConditional: node.AlterEnumStmt.skipIfNewValExists === true }] : [];
  });
}
