/**
 * SQL that disables the time limits on transactions and idle sessions, which a role or database may set. Works on every
 * version: `transaction_timeout` is new in PostgreSQL 17, and an older server refuses to set an unknown setting. The
 * operator is qualified because a database may set another search path.
 */
export const withoutTransactionTimeouts =
  "set idle_in_transaction_session_timeout = 0; set idle_session_timeout = 0; " +
  "select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings where name operator(pg_catalog.=) 'transaction_timeout'";
