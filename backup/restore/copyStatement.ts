import { UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";
import { unquoteIdentifier } from "../postgres/sqlText";
import type { TableName } from "./rowsFailure";

/** A `copy … from stdin` statement, without its semicolon. */
export interface CopyStatement extends TableName {
  /** The qualified table, as in the statement. */
  readonly quoted: string;
  readonly columns: readonly string[];
}

const identifier = '("(?:[^"]|"")*"|[^\\s."(]+)';
const copiedTable = new RegExp(`^copy ${identifier}\\.${identifier}`, "i");

/** @throws UserError if the statement names no table */
export function parseCopy(statement: string): CopyStatement {
  const [all, schema, table] = copiedTable.exec(statement) ?? [];
  if (all === undefined || schema === undefined || table === undefined) {
    throw new UserError(
      `The backup is damaged: "${statement.slice(0, 80)}" names no table.`,
      exitCodes.damaged,
    );
  }
  return {
    schema: unquoteIdentifier(schema),
    table: unquoteIdentifier(table),
    quoted: all.slice("copy ".length),
    columns: columnsOf(statement.slice(all.length)),
  };
}

function columnsOf(rest: string): string[] {
  const [list = ""] = /^\s*\((?:"(?:[^"]|"")*"|[^")])*\)/.exec(rest) ?? [];
  return [...list.matchAll(/"(?:[^"]|"")*"|[^\s",()]+/g)].map(([name]) => unquoteIdentifier(name));
}
