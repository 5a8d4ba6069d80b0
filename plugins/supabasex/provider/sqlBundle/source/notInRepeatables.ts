import type { Node, RangeVar } from "libpg-query";
import { statementsInBlock } from "./blockStatements";
import { copiesArgumentType } from "./routineParameters";
import { scheduledJobs } from "./scheduledJobs";

/** A part of a file that does not belong in a repeatable, and what to do instead. */
export interface Misplaced {
  readonly what: string;
  readonly hint: string;
}

const hintOnData = "Move it to a migration: a repeatable's objects are dropped when the file is removed.";
const hintOnKinds =
  "Move it to a migration: a deployment cannot replace such an object when the file changes, or drop it with the file.";

/** Returns why a statement does not belong in a repeatable; `undefined` if it does. The parser must have been loaded. */
export function misplacedInRepeatable(
  node: Node,
  text: string,
  serverMajor: number | undefined,
): Misplaced | undefined {
  const isDynamic = "DoStmt" in node && /\balter\s+default\s+privileges\b/i.test(text);
  if ("AlterDefaultPrivilegesStmt" in node || isDynamic)
    return {
      what: "alter default privileges",
      hint: "Move it to a migration: on a new environment repeatables run after all migrations, so it would not apply to what migrations create.",
    };
  const data = dataOf(node);
  if (data !== undefined) return { what: data, hint: hintOnData };
  // Whether a block runs such a statement may depend on the database, such as on whether a role exists.
  const isCreatingBlock = "DoStmt" in node && /\b(?:create|import)\b/i.test(text);
  const shown = isCreatingBlock ? statementsInBlock(text, serverMajor) : [node];
  const kind = shown.map(kindOf).find((one) => one !== undefined);
  if (kind !== undefined) return { what: `create ${kind}`, hint: hintOnKinds };
  if ("CreateFunctionStmt" in node && copiesArgumentType(node.CreateFunctionStmt))
    return {
      what: "an argument with %type",
      hint: "Write the type: the server stores the column's current type, so the routine would keep it when the column changes.",
    };
  if (scheduledJobs(node).some(({ isNamed }) => !isNamed))
    return {
      what: "a job without a name",
      hint: "Give it a name: each run of the file would add another job. Write select cron.schedule('<name>', '<schedule>', '<command>').",
    };
  return undefined;
}

/** Returns the statement, if it creates an object that holds data or contains others. */
function dataOf(node: Node): string | undefined {
  if ("CreateStmt" in node && node.CreateStmt.relation?.relpersistence !== "t") return "create table";
  if ("CreateForeignTableStmt" in node || "ImportForeignSchemaStmt" in node) return "create foreign table";
  const into = intoOf(node);
  if (into !== undefined && into.relpersistence !== "t") return "create table as";
  if ("AlterTableStmt" in node && node.AlterTableStmt.objtype === "OBJECT_TABLE") {
    const isAdding = (command: Node) =>
      "AlterTableCmd" in command && command.AlterTableCmd.subtype === "AT_AddColumn";
    if ((node.AlterTableStmt.cmds ?? []).some(isAdding)) return "add column";
  }
  if ("CreateSchemaStmt" in node) return "create schema";
  if ("CreateSeqStmt" in node && node.CreateSeqStmt.sequence?.relpersistence !== "t")
    return "create sequence";
  if ("CreateExtensionStmt" in node) return "create extension";
  return undefined;
}

/** Returns the table that a query fills. */
function intoOf(node: Node): RangeVar | undefined {
  if ("SelectStmt" in node) return node.SelectStmt.intoClause?.rel;
  const isTable = "CreateTableAsStmt" in node && node.CreateTableAsStmt.objtype === "OBJECT_TABLE";
  return isTable ? node.CreateTableAsStmt.into?.rel : undefined;
}

/** Statements that create an object of a kind that is not read completely, so a deployment could not recreate it. */
const creating: Readonly<Record<string, string>> = {
  CreateAmStmt: "access method",
  CreateCastStmt: "cast",
  CreateConversionStmt: "conversion",
  CreateFdwStmt: "foreign data wrapper",
  CreateForeignServerStmt: "server",
  CreateOpClassStmt: "operator class",
  CreateOpFamilyStmt: "operator family",
  CreatePLangStmt: "language",
  CreateRoleStmt: "role",
  CreateSubscriptionStmt: "subscription",
  CreateTransformStmt: "transform",
  CreateUserMappingStmt: "user mapping",
};

/** The same for statements that share a node. */
const defining: Readonly<Record<string, string>> = {
  OBJECT_COLLATION: "collation",
  OBJECT_OPERATOR: "operator",
  OBJECT_TSCONFIGURATION: "text search configuration",
  OBJECT_TSDICTIONARY: "text search dictionary",
  OBJECT_TSPARSER: "text search parser",
  OBJECT_TSTEMPLATE: "text search template",
};

/**
 * Kinds of objects that a repeatable may not create, as in `create …`: those that hold data or contain others, and those
 * that a deployment could not recreate.
 */
export const kindsNotInRepeatables: ReadonlySet<string> = new Set([
  "column",
  "extension",
  "foreign table",
  "schema",
  "sequence",
  "table",
  ...Object.values(creating),
  ...Object.values(defining),
]);

function kindOf(node: Node): string | undefined {
  const isPartition =
    "CreateForeignTableStmt" in node && node.CreateForeignTableStmt.base?.partbound !== undefined;
  if ("ImportForeignSchemaStmt" in node || ("CreateForeignTableStmt" in node && !isPartition))
    return "foreign table";
  if ("DefineStmt" in node && node.DefineStmt.kind === "OBJECT_TYPE")
    return node.DefineStmt.definition === undefined ? "type without a definition" : "base type";
  if ("DefineStmt" in node) return defining[node.DefineStmt.kind ?? ""];
  return creating[Object.keys(node)[0] ?? ""];
}
