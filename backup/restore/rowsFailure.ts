import pg from "pg";
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

/** `check_violation` */
const checkViolation = "23514";

/** Classes of SQLSTATE that concern the session, the server or its resources, and not the rows. */
const notOfRows = new Set(["08", "25", "40", "53", "54", "55", "57", "58", "XX"]);

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
    return this.cause instanceof pg.DatabaseError && !notOfRows.has((this.cause.code ?? "XX").slice(0, 2));
  }

  /** The constraint that refused a row; undefined for other failures, such as that of a partition's bounds. */
  get constraint(): RefusingConstraint | undefined {
    const { cause } = this;
    if (!(cause instanceof pg.DatabaseError) || cause.code !== checkViolation) return undefined;
    const { schema, table, dataType, constraint: name } = cause;
    const subject = dataType ?? table;
    if (schema === undefined || name === undefined || subject === undefined) return undefined;
    return { schema, name, of: dataType === undefined ? "table" : "domain", subject };
  }

  /** Identifies what refused a row: a constraint, or for other failures the table. */
  get refusedBy(): string {
    return JSON.stringify(this.constraint ?? this.table);
  }
}
