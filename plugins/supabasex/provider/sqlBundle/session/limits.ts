import { withoutTransactionTimeouts } from "../../../../../foundation/sessionTimeouts";
import type { Limits } from "../inputs";

/** Returns statements that reset a session to the limits of every statement, as the connected role. */
export function settingsOf({ lockTimeoutSeconds, statementTimeoutSeconds }: Limits): string {
  return [
    "reset all",
    "reset role",
    "set client_connection_check_interval = 1000",
    `set lock_timeout = ${Math.round(lockTimeoutSeconds * 1000)}`,
    `set statement_timeout = ${Math.round(statementTimeoutSeconds * 1000)}`,
    withoutTransactionTimeouts,
    "set check_function_bodies = on",
  ].join("; ");
}
