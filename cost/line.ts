/** One line of an estimate. */
export interface CostLine {
  readonly what: string;
  /** How many of what, in words. */
  readonly quantity: string;
  /** USD a month. */
  readonly usd: number;
}

/** What an estimate takes for granted about a stack, beside its configuration. */
export interface Usage {
  readonly databaseGigabytes: number;
  /** Size of a backup as a share of the database's. */
  readonly compression: number;
  /** What clients read from the project in a month, without backups. */
  readonly egressGigabytes: number;
  /** Compressed size of the image of the tasks. */
  readonly imageGigabytes: number;
  /** Seconds that each task takes beside its work: to get its image and to start. */
  readonly startSeconds: number;
  /** Seconds that a backup or a drill works on a gigabyte of the database. */
  readonly secondsPerGigabyte: { readonly backup: number; readonly drill: number };
}

export const total = (lines: readonly CostLine[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);

/** A number with so many decimals that three digits are left. */
export function rounded(value: number): string {
  return String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
