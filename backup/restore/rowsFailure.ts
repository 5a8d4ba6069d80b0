import pg from "pg";
import { sqlStates } from "../../foundation/sqlStates";
import { messageOf, UserError } from "../../foundation/userError";
import { exitCodes } from "../exitCodes";

/** A table by name. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** The constraint that refused a row. */
export interface RefusingConstraint {
  readonly schema: string;
  readonly name: string;
  readonly of: "table" | "domain";
  /** The name of the table or domain. */
  readonly subject: string;
}

/**
 * Classes and codes of SQLSTATE that functions and checks of the server itself raise for a row: of PL/pgSQL, of values, of
 * constraints and generated columns, of objects that an expression or a value names, and of functions.
 */
const ofRows = /^(?:P0|22|2F|38|39|3F)|^(?:23502|23514|42704|42P01|42883)$/;

/** Classes of SQLSTATE that concern the session, the server or its resources, and not the rows. */
const notOfRows = /^(?:08|25|40|53|54|55|57|58|XX)/;

/** A failure of loading the rows of a table. */
export class RowsFailure extends UserError {
  constructor(
    readonly table: TableName,
    cause: unknown,
  ) {
    super(
      `Restoring the rows of ${table.schema}.${table.table} failed: ${messageOf(cause)}.`,
      exitCodes.restoreFailed,
      { cause },
    );
  }

  /** Whether the target refused a row: a constraint, or a function that was called for it. */
  get isRefusal(): boolean {
    const { cause } = this;
    if (!(cause instanceof pg.DatabaseError)) return false;
    const { code = "", where } = cause;
    if (code === "" || code === sqlStates.badCopyFileFormat || notOfRows.test(code)) return false;
    return ofRows.test(code) || isOfFunction(where) || columnOf(where) !== undefined;
  }

  /**
   * Whether the target refused a value itself, and neither what a function made of it, which may depend on other rows, nor
   * by a constraint of its domain, which can be removed.
   */
  get isOfValue(): boolean {
    const { cause, constraint } = this;
    return (
      cause instanceof pg.DatabaseError &&
      constraint === undefined &&
      !isOfFunction(cause.where) &&
      columnOf(cause.where) !== undefined
    );
  }

  /** The server's reason, with the column if the server names one. */
  get reason(): string {
    const { cause } = this;
    const column = cause instanceof pg.DatabaseError ? columnOf(cause.where) : undefined;
    return `${column === undefined ? "" : `column ${column}: `}${messageOf(cause)}`;
  }

  /** The constraint that refused a row; undefined for other failures, such as that of a partition's bounds. */
  get constraint(): RefusingConstraint | undefined {
    const { cause } = this;
    if (!(cause instanceof pg.DatabaseError) || cause.code !== sqlStates.checkViolation) return undefined;
    const { schema, table, dataType, constraint: name } = cause;
    const subject = dataType ?? table;
    if (schema === undefined || name === undefined || subject === undefined) return undefined;
    return { schema, name, of: dataType === undefined ? "table" : "domain", subject };
  }
}

/**
 * Returns whether the context of an error names more than the row: a function of the application can raise any code. The
 * server writes what happened inside of COPY before the row, whose values may have several lines.
 */
function isOfFunction(where = ""): boolean {
  return where !== "" && !where.startsWith("COPY ");
}

/**
 * Returns the column whose value could not be read, as in `COPY t, line 1, column c: "value"`. The context of a whole row,
 * `COPY t, line 1: "values"`, may contain any text.
 */
function columnOf(where = ""): string | undefined {
  return /^COPY (?:(?!, line \d+).)*, line \d+, column (.*?): (?:"|null input)/ms.exec(where)?.[1];
}
