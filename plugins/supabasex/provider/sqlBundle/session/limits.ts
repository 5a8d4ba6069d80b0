import { withoutTransactionTimeouts } from "../../../../../foundation/sessionTimeouts";
import type { Limits } from "../inputs";

/**
 * Returns statements that reset a session to the limits of every statement, as the connected role, and without cursors and
 * temporary objects. A cursor uses its tables, so it is closed first.
 */
export function settingsOf({ lockTimeoutSeconds, statementTimeoutSeconds }: Limits): string {
  return [
    "reset all",
    // `reset role` would set the role that is in the settings of the connected role or of the database.
    "set role none",
    "close all",
    "discard temp",
    "set client_connection_check_interval = 1000",
    `set lock_timeout = ${Math.round(lockTimeoutSeconds * 1000)}`,
    `set statement_timeout = ${Math.round(statementTimeoutSeconds * 1000)}`,
    withoutTransactionTimeouts,
    "set check_function_bodies = on",
    "set standard_conforming_strings = on",
    "set default_transaction_read_only = off",
  ].join("; ");
}
