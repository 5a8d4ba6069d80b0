/**
 * SQL that lifts the time limits on a whole transaction, which a role or database may set by default. Works on every
 * version: `transaction_timeout` came with PostgreSQL 17, and an older server refuses to set what it does not know.
 */
export const withoutTransactionTimeouts =
  "set idle_in_transaction_session_timeout = 0; " +
  "select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings where name = 'transaction_timeout'";
