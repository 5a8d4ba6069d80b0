/** Exit codes of the backup program: an alarm or a script can tell the kinds of failure apart. */
export const exitCodes = {
  /** Wrong use: environment, arguments, versions that do not go together. */
  usage: 1,
  /** The database could not be read, or `pg_dump` failed. */
  dumpFailed: 3,
  /** The bucket could not be written, listed or read. */
  storeFailed: 4,
  /** A stored object is not what the manifest says. */
  damaged: 5,
  /** Nothing is known to be wrong, but not everything could be looked at. */
  couldNotCheck: 6,
  /** Another backup of the same database is running. */
  alreadyRunning: 7,
  /** There is no such backup. */
  notFound: 8,
  /** The target of a restore is not one that may be written to. */
  targetRefused: 9,
  /** The restore did not end well; the target is not to be used. */
  restoreFailed: 10,
  /** The drill could not be held, which says nothing about the backup. */
  drillNotRun: 11,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;
