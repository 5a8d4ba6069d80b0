/**
 * The contract between the backup program, its image and the stack. The stack renders task definitions, policies and alarms for
 * the program without importing it.
 */

/** Paths and user of the image of the backup tasks. A test compares them with backup/Dockerfile. */
export const backupImage = {
  program: "/opt/backup/backup.cjs",
  /** A small young generation is collected often, so download chunks do not pile up in Node's memory outside the heap. */
  nodeOptions: ["--max-semi-space-size=1"],
  /** The checkout's folder `certificates/`. */
  certificates: "/opt/backup/certificates",
  /** Libraries with hosted privileges for drills, `<major version>.so`. */
  hostedRights: "/opt/backup/hosted_rights",
  /** Numeric, because Fargate resolves no names. The image has a user and a group with this id. */
  userId: 10_001,
  /** The only writable folder of a task, on a volume if the task has one. */
  workFolder: "/work",
} as const;

/** Returns the path in the image of a file `certificates/<file>` of the checkout. */
export function certificateInImage(file: string): string {
  return `${backupImage.certificates}/${file.replace(/^certificates\//, "")}`;
}

/**
 * Database sessions of a backup in addition to `backup.parallelDumps`: snapshot, locks, schema, large objects, `auth`, `storage`,
 * and two extensions with user data.
 */
export const sessionsBesideDumps = 8;

/** Prefixes in the bucket. */
export const runsPrefix = "runs/";
export const drillsPrefix = "drills/";
export const watchPrefix = "watch/";
/** The object of a run that is written last. A run without it is not a backup. */
export const manifestName = "manifest.json";

/** Values of `event` in the JSON lines that the program prints. */
export const backupEvents = {
  completed: "backup completed",
  restored: "backup restored",
  drillPassed: "drill passed",
  drillFailed: "drill failed",
  checkpointMade: "checkpoint made",
  ageMeasured: "age measured",
} as const;

/** The last line of `backup run`. */
export interface BackupCompleted {
  readonly event: typeof backupEvents.completed;
  readonly run: string;
  readonly bytes: number;
  readonly tables: number;
  /** Number of items that the backup does not contain. The manifest names each. */
  readonly notCovered: number;
  /** From the first connection to the last object that was read back. */
  readonly seconds: number;
  /** Size relative to the previous backup. Missing if there is none. */
  readonly percentOfPrevious: number | undefined;
}

/** The receipt of a drill, which it also prints. */
export interface DrillFinished {
  readonly event: typeof backupEvents.drillPassed | typeof backupEvents.drillFailed;
  readonly run: string;
  /** Duration of the restore, from the first byte read to the last row counted. */
  readonly restoreSeconds: number;
}

/** The line that `backup age` prints. */
export interface AgeMeasured {
  readonly event: typeof backupEvents.ageMeasured;
  /** Age of the newest backup, from its start. */
  readonly backupAgeSeconds: number;
  /** Age of the last drill that passed, from its start. */
  readonly drillAgeSeconds: number;
  /** Time since the oldest undeleted backup should have been pruned. 0 if there is none. */
  readonly pruneOverdueSeconds: number;
  /** The newest backup. Missing if there is none. */
  readonly run?: string;
}

/** Variables that the stack's task definitions set, in addition to those of the AWS SDK and of secrets. */
export const taskVariables = [
  "AWS_REGION",
  "BACKUP_BUCKET",
  "BACKUP_MEMORY_MEGABYTES",
  "BACKUP_MINIMUM_REDUNDANCY",
  "BACKUP_PARALLEL_DUMPS",
  "BACKUP_RETENTION_DAILY_DAYS",
  "BACKUP_RETENTION_MONTHLY_DAYS",
  "BACKUP_RETENTION_WEEKLY_DAYS",
  "PGDATABASE",
  "PGHOST",
  "PGPASSWORD",
  "PGPORT",
  "PGSSLMODE",
  "PGSSLROOTCERT",
  "PGUSER",
] as const;
export type TaskVariable = (typeof taskVariables)[number];

/** The commands of the backup program, for its callers. */
export const backupCommands = [
  "run",
  "list",
  "verify",
  "restore",
  "drill",
  "prune",
  "age",
  "checkpoint",
] as const;
