import type { Node } from "libpg-query";
import { SqlFileError } from "./errors";
import type { BundleFile } from "./files";
import { type Statement, statementsOf } from "./statements";

/**
 * Refuses, before anything is sent, what would take the transaction out of the deployer's hands. It reads the parse
 * tree, so the same words in strings, comments and function bodies are nothing special.
 */
export function refuseTransactionControl(file: BundleFile): void {
  const statements = statementsOf(file);
  for (const statement of statements) {
    const message = forbidden(statement.node) ?? forbiddenInTransaction(file, statement);
    if (message !== undefined) throw new SqlFileError({ file, index: statement.start, ...message });
  }
  if (!file.noTransaction) return;
  if (file.kind === "repeatable") {
    throw new SqlFileError({
      file,
      message: "a repeatable always runs in a transaction",
      hint: "Move the statement to a migration of its own.",
    });
  }
  if (statements.length !== 1) {
    throw new SqlFileError({
      file,
      message: `a file without a transaction holds exactly one statement, this one has ${statements.length}`,
      hint: "Were the second one to fail, nothing could undo the first: put each in a migration of its own.",
    });
  }
}

interface Refusal {
  readonly message: string;
  readonly hint: string;
}

function forbidden(node: Node): Refusal | undefined {
  if ("TransactionStmt" in node) {
    return {
      message: "transaction control is the deployer's business",
      hint: "Every file already runs in a transaction: leave the statement out.",
    };
  }
  if ("VariableSetStmt" in node) {
    const { name, kind } = node.VariableSetStmt;
    if (name === "session_authorization") {
      return { message: "set session authorization is refused", hint: "Use set local role." };
    }
    if (kind === "VAR_SET_MULTI") {
      return {
        message: "the transaction's properties are the deployer's business",
        hint: "Leave the statement out.",
      };
    }
  }
  if ("DiscardStmt" in node) {
    return { message: "discard is refused", hint: "Every file starts with fresh settings: leave it out." };
  }
  if ("CopyStmt" in node && node.CopyStmt.filename === undefined) {
    return {
      message: "copy from stdin and to stdout need a client that sends or reads the rows",
      hint: "Write the rows as insert … values.",
    };
  }
  return undefined;
}

function forbiddenInTransaction(file: BundleFile, statement: Statement): Refusal | undefined {
  if (file.noTransaction || !needsNoTransaction(statement.node)) return undefined;
  return {
    message: "this statement cannot run in a transaction",
    hint: "Put it alone into a migration with the header `-- no transaction`.",
  };
}

/** Whether PostgreSQL refuses the statement inside a transaction block. */
export function needsNoTransaction(node: Node): boolean {
  if ("IndexStmt" in node) return node.IndexStmt.concurrent === true;
  if ("DropStmt" in node) return node.DropStmt.concurrent === true;
  if ("VacuumStmt" in node) return node.VacuumStmt.is_vacuumcmd === true;
  if ("CreatedbStmt" in node || "DropdbStmt" in node || "AlterSystemStmt" in node) return true;
  if ("CreateTableSpaceStmt" in node || "DropTableSpaceStmt" in node) return true;
  if ("ReindexStmt" in node) {
    const { kind, params } = node.ReindexStmt;
    const wholesale = kind === "REINDEX_OBJECT_SYSTEM" || kind === "REINDEX_OBJECT_DATABASE";
    return (
      wholesale || (params ?? []).some((item) => "DefElem" in item && item.DefElem.defname === "concurrently")
    );
  }
  if ("AlterTableStmt" in node) {
    return (node.AlterTableStmt.cmds ?? []).some((item) => {
      if (!("AlterTableCmd" in item)) return false;
      const definition = item.AlterTableCmd.def;
      return (
        definition !== undefined &&
        "PartitionCmd" in definition &&
        definition.PartitionCmd.concurrent === true
      );
    });
  }
  return false;
}
