import type { Node } from "libpg-query";
import { SqlFileError } from "./errors";
import type { BundleFile } from "./files";
import { scanSql } from "./parser";
import { type Statement, savepointSteps, statementsOf } from "./statements";
import { stringConstant } from "./stringConstant";

/**
 * Returns everything in a file that would end or change the deployment's transaction, in the order of the text. It reads
 * the parse tree, so the same words in strings, comments and function bodies do not count. A file that is entirely
 * between `begin` and `commit` passes: it runs in the deployment's transaction. Throws SqlFileError if the parser refuses
 * the text.
 */
export function transactionErrors(file: BundleFile): SqlFileError[] {
  const statements = statementsOf(file);
  const savepoints: string[] = [];
  const errors = statements.flatMap((statement) => {
    const { node, start: index } = statement;
    const refusal =
      controlRefusal(file, node, savepoints) ??
      forbidden(node) ??
      forbiddenInTransaction(file, statement) ??
      withoutName(node);
    return refusal === undefined ? [] : [new SqlFileError({ file, index, ...refusal })];
  });
  if (!file.noTransaction) return errors;
  const count = statements.filter(({ node }) => !("TransactionStmt" in node)).length;
  if (file.kind === "repeatable") {
    const message = "a repeatable always runs in a transaction";
    errors.push(new SqlFileError({ file, message, hint: "Move the statement to a separate migration." }));
  } else if (count !== 1) {
    const message = `a file without a transaction must contain exactly one statement, and this one has ${count}`;
    const hint =
      count === 0
        ? "Write the statement below the header, or remove the header."
        : "If the second one failed, nothing could undo the first: put each in its own migration.";
    errors.push(new SqlFileError({ file, message, hint }));
  }
  return errors;
}

/**
 * Returns an error for each statement that sets the transaction's properties like any other setting, or that sets how strings
 * are read, which comes too late. Throws SqlFileError if the parser refuses the text.
 */
export function settingErrors(file: BundleFile): SqlFileError[] {
  return statementsOf(file).flatMap(({ node, start: index }) => {
    const refusal = forbiddenSetting(file, node);
    return refusal === undefined ? [] : [new SqlFileError({ file, index, ...refusal })];
  });
}

interface Refusal {
  readonly message: string;
  readonly hint: string;
}

const control: Refusal = {
  message: "a file must not control its transaction",
  hint: "Every file already runs in a transaction: remove the statement. Only a plain begin and commit around the whole file are allowed.",
};

const controlOutside: Refusal = {
  message: "a file without a transaction must not begin or end one",
  hint: "Remove the statement: the file's only other statement runs outside of any transaction.",
};

/** Names of the savepoints that the provider creates around a file. */
const ownSavepoints: ReadonlySet<string> = new Set(["migration", "repeatable"]);

/**
 * Refuses transaction control, except the file's own savepoints, which are inside the provider's.
 *
 * @param open the names of the file's savepoints so far; changed by each statement
 */
function controlRefusal(file: BundleFile, node: Node, open: string[]): Refusal | undefined {
  if (!("TransactionStmt" in node)) return undefined;
  const { kind = "", savepoint_name: name = "" } = node.TransactionStmt;
  if (file.noTransaction) return controlOutside;
  if (!savepointSteps.has(kind)) return control;
  if (kind === "TRANS_STMT_SAVEPOINT") {
    open.push(name);
    if (!ownSavepoints.has(name)) return undefined;
    return { message: `the savepoint name ${name} is reserved`, hint: "Choose another name." };
  }
  const at = open.lastIndexOf(name);
  if (at < 0) {
    const hint = "Create the savepoint before it in the same file, or remove the statement.";
    return { message: `the file has no savepoint ${name} here`, hint };
  }
  // Rolling back to a savepoint ends the later ones.
  open.splice(kind === "TRANS_STMT_RELEASE" ? at : at + 1);
  return undefined;
}

const transactionProperties: Refusal = {
  message: "a file must not set the transaction's properties",
  hint: "Leave the statement out.",
};

function forbidden(node: Node): Refusal | undefined {
  if ("VariableSetStmt" in node) {
    const { name, kind } = node.VariableSetStmt;
    if (name === "session_authorization") {
      return { message: "set session authorization is refused", hint: "Use set local role." };
    }
    if (kind === "VAR_SET_MULTI") return transactionProperties;
  }
  if ("DiscardStmt" in node) {
    return {
      message: "discard is refused",
      hint: "Every file starts with fresh settings: remove the statement.",
    };
  }
  if ("CopyStmt" in node && node.CopyStmt.filename === undefined) {
    if (node.CopyStmt.is_from === true) {
      return {
        message: "copy from stdin needs a client that sends the rows",
        hint: "Write the rows as insert … values.",
      };
    }
    return { message: "copy to stdout needs a client that reads the rows", hint: "Remove the statement." };
  }
  return undefined;
}

function forbiddenSetting(file: BundleFile, node: Node): Refusal | undefined {
  if (!("VariableSetStmt" in node)) return undefined;
  const { name = "", kind, args = [] } = node.VariableSetStmt;
  if (kind !== "VAR_SET_VALUE") return undefined;
  if (ofTransaction.has(name)) return transactionProperties;
  if (name !== "standard_conforming_strings" || !isOff(args[0]) || !hasBackslash(file)) return undefined;
  return {
    message: "the file's strings contain backslashes, which do not become escapes through this statement",
    hint: "The server reads the strings of a whole file before it runs the first statement: write those with escapes as E'…', and remove the statement.",
  };
}

/** Returns whether the server reads a value as off: a string, which it accepts abbreviated, or a number. */
function isOff(value: Node | undefined): boolean {
  const text = stringConstant(value);
  if (text !== undefined) return /^\s*(?:f(?:a(?:l(?:se?)?)?)?|no?|off?|0)\s*$/i.test(text);
  const constant = value !== undefined && "A_Const" in value ? value.A_Const : {};
  if (constant.boolval !== undefined) return constant.boolval.boolval !== true;
  // The parser leaves out a zero.
  return constant.ival !== undefined && (constant.ival.ival ?? 0) === 0;
}

/** Returns whether a plain string of the file contains a backslash. */
function hasBackslash({ text }: BundleFile): boolean {
  const isPlain = (token: string) => token.startsWith("'") && token.includes("\\");
  return scanSql(text).tokens.some((token) => token.tokenName === "SCONST" && isPlain(token.text));
}

/** The properties that `set transaction` sets. */
const ofTransaction: ReadonlySet<string> = new Set([
  "transaction_isolation",
  "transaction_read_only",
  "transaction_deferrable",
]);

function forbiddenInTransaction(file: BundleFile, statement: Statement): Refusal | undefined {
  if (file.noTransaction || !needsNoTransaction(statement.node)) return undefined;
  return {
    message: "this statement cannot run in a transaction",
    hint: "Put it alone into a migration with the header `-- no transaction`.",
  };
}

/** Refuses `create index concurrently` without a name: after an interrupted run, the provider finds the index by its name. */
function withoutName(node: Node): Refusal | undefined {
  if (!("IndexStmt" in node) || node.IndexStmt.concurrent !== true || node.IndexStmt.idxname !== undefined)
    return undefined;
  return {
    message: "an index that is built concurrently needs a name",
    hint: "After an interrupted run, the provider finds it by its name: write create index concurrently <name> on ….",
  };
}

/** Returns whether PostgreSQL refuses the statement inside a transaction block. */
export function needsNoTransaction(node: Node): boolean {
  if ("IndexStmt" in node) return node.IndexStmt.concurrent === true;
  if ("DropStmt" in node) return node.DropStmt.concurrent === true;
  if ("VacuumStmt" in node) return node.VacuumStmt.is_vacuumcmd === true;
  if ("CreatedbStmt" in node || "DropdbStmt" in node || "AlterSystemStmt" in node) return true;
  if ("CreateTableSpaceStmt" in node || "DropTableSpaceStmt" in node) return true;
  if ("ClusterStmt" in node) return node.ClusterStmt.relation === undefined;
  if ("DropSubscriptionStmt" in node) return true;
  if ("CreateSubscriptionStmt" in node) return connectsAtOnce(node.CreateSubscriptionStmt.options);
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

/** Returns whether a new subscription creates its replication slot, which it does by default. */
function connectsAtOnce(options: readonly Node[] | undefined): boolean {
  return !(options ?? []).some((option) => {
    if (!("DefElem" in option)) return false;
    const { defname, arg } = option.DefElem;
    const isOff =
      (arg !== undefined && "String" in arg && /^(false|off|no|0)$/i.test(arg.String.sval ?? "")) ||
      (arg !== undefined && "Boolean" in arg && arg.Boolean.boolval !== true);
    return (defname === "connect" || defname === "create_slot") && isOff;
  });
}
