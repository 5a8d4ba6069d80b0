/**
 * What the backup program, its image and the stack agree on: the stack renders task definitions, policies and alarms that are only as
 * good as their knowledge of a program that they never import.
 */

/** The image of the backup tasks; backup/Dockerfile says the same, which tests check. */
export const backupImage = {
  program: "/opt/backup/backup.cjs",
  /** A small young generation is cleared often, so that chunks of downloads do not pile up in the memory that Node keeps outside of its heap. */
  nodeOptions: ["--max-semi-space-size=1"],
  /** The checkout's folder `certificates/`. */
  certificates: "/opt/backup/certificates",
  /** Libraries with hosted's rights for drills, `<major version>.so`. */
  hostedRights: "/opt/backup/hosted_rights",
  /** Numeric, because Fargate resolves no names; the image has a user and a group of this number. */
  userId: 10_001,
  /** The one folder that a task may write to, where the task has a volume for it. */
  workFolder: "/work",
} as const;

/** Returns where the image has a file of the checkout's folder `certificates/`, which is named as `certificates/<file>`. */
export function certificateInImage(file: string): string {
  return `${backupImage.certificates}/${file.replace(/^certificates\//, "")}`;
}

/**
 * Sessions of a backup beside those that `backup.parallelDumps` counts: snapshot, locks, schema, large objects, `auth`, `storage`, and those of two
 * extensions with rows of the user's.
 */
export const sessionsBesideDumps = 8;

/** Prefixes of everything in the bucket. */
export const runsPrefix = "runs/";
export const drillsPrefix = "drills/";
export const watchPrefix = "watch/";
/** The object of a run that is written last and makes it a backup. */
export const manifestName = "manifest.json";

/** Values of `event` in the lines of JSON that the program prints. */
export const backupEvents = {
  completed: "backup completed",
  restored: "backup restored",
  drillPassed: "drill passed",
  drillFailed: "drill failed",
  checkpointMade: "checkpoint made",
  ageMeasured: "age measured",
} as const;

/** The line that `backup run` ends with. */
export interface BackupCompleted {
  readonly event: typeof backupEvents.completed;
  readonly run: string;
  readonly bytes: number;
  readonly tables: number;
  /** What the database has and the backup has not; the manifest names each. */
  readonly notCovered: number;
  /** From the first connection to the last object that was read back. */
  readonly seconds: number;
  /** Size against the backup before it; missing where there is none. */
  readonly percentOfPrevious: number | undefined;
}

/** What a drill leaves as a receipt, and prints. */
export interface DrillFinished {
  readonly event: typeof backupEvents.drillPassed | typeof backupEvents.drillFailed;
  readonly run: string;
  /** From the first byte read to the last row counted: how long a restore takes. */
  readonly restoreSeconds: number;
}

/** The line that `backup age` prints. */
export interface AgeMeasured {
  readonly event: typeof backupEvents.ageMeasured;
  /** Of the newest backup, from its start. */
  readonly backupAgeSeconds: number;
  /** Of the last drill that passed, from its start. */
  readonly drillAgeSeconds: number;
  /** Since a backup is there that a prune should have deleted; 0 where none is. */
  readonly pruneOverdueSeconds: number;
  /** The newest backup; missing where there is none. */
  readonly run?: string;
}

/** Variables that the stack's task definitions set, beside those of the AWS SDK and of secrets. */
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

/** The commands of the backup program, for those that call it. */
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
