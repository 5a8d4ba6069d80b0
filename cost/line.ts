/** One line of an estimate. */
export interface CostLine {
  readonly what: string;
  /** The quantity with its unit, in words. */
  readonly quantity: string;
  /** USD per month. */
  readonly usd: number;
}

/** The assumptions of an estimate, in addition to the stack's configuration. */
export interface Usage {
  readonly databaseGigabytes: number;
  /** Size of a backup as a share of the database's. */
  readonly compression: number;
  /** Egress to clients per month, without backups. */
  readonly egressGigabytes: number;
  /** Compressed size of the image of the tasks. */
  readonly imageGigabytes: number;
  /** Seconds that each task needs to pull its image and start. */
  readonly startSeconds: number;
  /** Seconds that a backup or a drill works on a gigabyte of the database. */
  readonly secondsPerGigabyte: { readonly backup: number; readonly drill: number };
}

export const total = (lines: readonly CostLine[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);

/** Returns a number with three significant digits. */
export function rounded(value: number): string {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
