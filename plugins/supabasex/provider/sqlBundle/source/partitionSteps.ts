import type { Node, PartitionBoundSpec } from "libpg-query";
import { relationName } from "./declaredObjects";
import { droppedName } from "./droppedObjects";
import type { BundleFile } from "./files";
import { byteOffsets, scanSql } from "./parser";
import { statementsOf } from "./statements";

/** What a statement does with a partition. Names are quoted as in the catalog. */
export interface PartitionStep {
  readonly does: "attach" | "create" | "detach" | "drop";
  readonly child: string;
  /** Not for `drop`. */
  readonly parent?: string;
  /** As written, such as `for values in ('a')` or `default`; for `attach` and `create`. */
  readonly bound?: string;
  /** With `if exists` or `if not exists`, so that the statement succeeds if it is done already. */
  readonly ifNeeded: boolean;
}

const known = new WeakMap<BundleFile, readonly PartitionStep[]>();

/** Returns the steps of a file in order. A `drop` may be of any table. Steps of dynamic SQL are unknown. */
export function partitionSteps(file: BundleFile): readonly PartitionStep[] {
  let steps = known.get(file);
  if (steps === undefined) {
    steps = statementsOf(file).flatMap(({ node }) => stepsOf(node, file.text));
    known.set(file, steps);
  }
  return steps;
}

/** @param text - the whole text of the file */
export function stepsOf(node: Node, text: string): PartitionStep[] {
  if ("CreateStmt" in node) {
    const { relation, inhRelations, partbound, if_not_exists } = node.CreateStmt;
    const parent = inhRelations?.[0];
    if (partbound === undefined || parent === undefined || !("RangeVar" in parent)) return [];
    return [
      {
        does: "create",
        child: relationName(relation),
        parent: relationName(parent.RangeVar),
        bound: boundText(partbound, text),
        ifNeeded: if_not_exists === true,
      },
    ];
  }
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE") {
    const ifNeeded = node.DropStmt.missing_ok === true;
    return (node.DropStmt.objects ?? []).map((object) => ({
      does: "drop",
      child: droppedName(object),
      ifNeeded,
    }));
  }
  if (!("AlterTableStmt" in node) || node.AlterTableStmt.objtype !== "OBJECT_TABLE") return [];
  const { relation, cmds = [] } = node.AlterTableStmt;
  return cmds.flatMap((command): PartitionStep[] => {
    const def = "AlterTableCmd" in command ? command.AlterTableCmd.def : undefined;
    if (def === undefined || !("PartitionCmd" in def)) return [];
    const { name, bound } = def.PartitionCmd;
    const step = { child: relationName(name), parent: relationName(relation), ifNeeded: false };
    return [
      bound === undefined
        ? { does: "detach", ...step }
        : { does: "attach", ...step, bound: boundText(bound, text) },
    ];
  });
}

/** Returns the bound as written. Its location is that of the word after `for values`. */
function boundText({ is_default, location = 0 }: PartitionBoundSpec, text: string): string {
  if (is_default === true) return "default";
  const rest = Buffer.from(text, "utf8").subarray(location).toString("utf8");
  const isRange = /^from\b/i.test(rest);
  let depth = 0;
  let groups = 0;
  for (const token of scanSql(rest).tokens) {
    if (token.text === "(") depth += 1;
    if (token.text !== ")") continue;
    depth -= 1;
    if (depth === 0) groups += 1;
    if (groups === (isRange ? 2 : 1)) {
      return `for values ${rest.slice(0, byteOffsets(rest)(token.end))}`;
    }
  }
  return `for values ${rest}`;
}
