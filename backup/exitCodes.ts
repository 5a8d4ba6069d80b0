/** Exit codes of the backup program, which let an alarm or a script distinguish failures. */
export const exitCodes = {
  /** Wrong use: environment, arguments, or incompatible versions. */
  usage: 1,
  /** The database could not be read, or `pg_dump` failed. */
  dumpFailed: 3,
  /** The bucket could not be written, listed or read. */
  storeFailed: 4,
  /** A stored object does not match the manifest. */
  damaged: 5,
  /** No error was found, but not everything could be checked. */
  couldNotCheck: 6,
  /** Another backup of the same database is running. */
  alreadyRunning: 7,
  /** There is no such backup. */
  notFound: 8,
  /** The target of a restore must not be written to. */
  targetRefused: 9,
  /** The restore failed; do not use the target. */
  restoreFailed: 10,
  /** The drill could not run, which says nothing about the backup. */
  drillNotRun: 11,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;
