import { sqlStates } from "../../../../../../foundation/sqlStates";
import { isDatabaseError, type SqlFileError } from "../../source/errors";
import type { BundleFile } from "../../source/files";
import { setsItself } from "../../source/statements";
import type { ServerMessage } from "./filePlace";

/** What to do about an error of a file's own statement, if the server does not say it. */
const adviceByCode: Readonly<Record<string, string>> = {
  [sqlStates.invalidTextRepresentation]: "Write a value of that type, or cast it.",
  [sqlStates.notNullViolation]: "A row has no value in this column: give it one before this statement.",
  [sqlStates.foreignKeyViolation]: "A row refers to a missing key: correct it before this statement.",
  [sqlStates.uniqueViolation]:
    "Two rows have this key: change or leave out one of them before this statement.",
  [sqlStates.checkViolation]: "A row violates this condition: correct it before this statement.",
  [sqlStates.invalidTransactionTermination]:
    "Every file already runs in a transaction: remove commit and rollback, or write the call or block alone in a migration with the header `-- no transaction`.",
  [sqlStates.invalidSchemaName]:
    "This schema does not exist when the file runs: correct the name, or create it in an earlier migration.",
  [sqlStates.insufficientPrivilege]:
    "The deploying role lacks this privilege: ask the owner to grant it. On most objects of the platform's own schemas (auth, storage, …), only the platform can.",
  [sqlStates.undefinedColumn]:
    "This column does not exist when the file runs: correct the name, or add it in an earlier migration.",
  [sqlStates.undefinedObject]:
    "No object has this name when the file runs: correct the name, or create the object in an earlier migration.",
  [sqlStates.wrongObjectType]:
    "An object of another kind has this name when the file runs: drop or rename it first.",
  [sqlStates.undefinedTable]:
    "This table or view does not exist when the file runs: correct the name, or create it in an earlier migration.",
  [sqlStates.duplicateTable]: "It already exists: change it with an alter statement, or choose another name.",
};

/** Returns the hint of an error with this SQLSTATE; empty if there is none. */
export function adviceFor(sqlState: string | undefined): { readonly hint?: string } {
  const hint = adviceByCode[sqlState ?? ""];
  return hint === undefined ? {} : { hint };
}

/** What to do about an error whose message says more than its SQLSTATE. */
interface Rule {
  readonly code: string;
  readonly message: RegExp;
  /** `$1` is the first group of the message. */
  readonly hint: string;
  /** A setting that the file must set itself. */
  readonly setting?: string;
}

const canceled = sqlStates.queryCanceled;
const byRequest = /(?:user request|autovacuum task)$/;

/**
 * Returns whether the server canceled a statement because of its time limit, not because of an error that a function raises with this
 * SQLSTATE, nor at the request of another session. A server whose messages are not in English does not say the latter, so there it
 * counts as the former.
 */
function isTooSlow({ code, message = "", routine }: ServerMessage): boolean {
  if (code !== canceled) return false;
  return routine === undefined
    ? /statement timeout$/.test(message)
    : routine === "ProcessInterrupts" && !byRequest.test(message);
}

/** The first that fits counts. */
const rules: readonly Rule[] = [
  {
    code: sqlStates.insufficientPrivilege,
    message: /^must be owner of/,
    hint: "Another role owns it: begin the file with `set local role` and the owner. The platform's own objects cannot be changed.",
  },
  {
    code: sqlStates.insufficientPrivilege,
    // The second one is from version 15.
    message: /^(?:permission denied|must be superuser or have privileges of the pg_\w+ role) to COPY/,
    hint: "Files on the server are not available: write the rows as insert … values.",
  },
  {
    code: sqlStates.insufficientPrivilege,
    // The second one is from version 15.
    message: /^(?:permission denied to (?:grant|revoke) role|must have admin option on role) "(.+)"$/,
    hint: "The deploying role lacks the admin option on $1. It has the option only on roles that it created. Ask a role that has it to run: grant $1 to <deploying role> with admin option.",
  },
  {
    code: sqlStates.insufficientPrivilege,
    message: /^permission denied for/,
    setting: "role",
    hint: "The role that the file sets lacks this privilege: grant it first, or set another role.",
  },
  {
    code: sqlStates.activeSqlTransaction,
    message: /inside a transaction block$/,
    hint: "Put it alone into a migration with the header `-- no transaction`.",
  },
  {
    code: canceled,
    message: byRequest,
    hint: "Another session canceled the statement: run the command again.",
  },
  {
    code: sqlStates.uniqueViolation,
    message: /"pg_ts_\w+_index"/,
    hint: adviceByCode[sqlStates.duplicateTable] ?? "",
  },
];

const ownTimeout = "The file sets statement_timeout itself: set a longer one, or leave it out.";
const timeout = "limits.statementTimeoutSeconds bounds how long one statement may run.";

/**
 * Returns what to do about an error of a file, instead of the server's hint; `undefined` if its SQLSTATE says enough, or if a
 * function raises the error, which its author explains.
 *
 * @param index of the statement that failed
 */
export function ruleFor(
  file: BundleFile,
  answer: ServerMessage,
  index: number | undefined,
): string | undefined {
  const { code, message = "", hint, where = "", routine } = answer;
  if (routine === "exec_stmt_raise") return undefined;
  if (isTooSlow(answer)) return setsItself(file, "statement_timeout", index) ? ownTimeout : timeout;
  // In a function, the role may be another one than the file sets.
  const isOfStatement = where.trim() === "" && hint === undefined;
  const rule = rules.find(
    (one) =>
      one.code === code &&
      one.message.test(message) &&
      (one.setting === undefined || (isOfStatement && setsItself(file, one.setting, index))),
  );
  return rule?.hint.replaceAll("$1", rule.message.exec(message)?.[1] ?? "");
}

/** Returns whether a statement ran longer than `limits` or the dry run allow, not than the file itself allows. */
export function exceedsLimit({ file, issue, cause }: SqlFileError): boolean {
  return (
    isDatabaseError(cause) &&
    isTooSlow(cause) &&
    !setsItself(file, "statement_timeout", issue.statementIndex ?? issue.index)
  );
}
