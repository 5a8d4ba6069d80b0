import { type CostLine, rounded, type Usage } from "../../cost/line";
import { prices } from "../../cost/prices";
import type { StorageTiers } from "./lifecycleRules";

export interface BackupBucketSize {
  readonly backupsPerMonth: number;
  /** Days to keep every backup, one per week, and one per month. */
  readonly retentionDays: { readonly daily: number; readonly weekly: number; readonly monthly: number };
  /** Days in which a deleted backup still uses storage. */
  readonly noncurrentRetentionDays: number;
  readonly storageTiers: StorageTiers;
  readonly ownKey: boolean;
}

const daysPerMonth = 365 / 12;
/** The approximate number of objects in a backup: texts, archives and parts of rows. */
export const objectsOfBackup = 25;

/** Returns the size of a backup in gigabytes. */
export const gigabytesOfBackup = ({ databaseGigabytes, compression }: Usage): number =>
  databaseGigabytes * compression;

/** Returns how many gigabytes are stored after the longest retention has passed, by their age. */
export function storedGigabytes(
  size: Pick<
    BackupBucketSize,
    "backupsPerMonth" | "retentionDays" | "noncurrentRetentionDays" | "storageTiers"
  >,
  usage: Usage,
): { readonly young: number; readonly old: number } {
  const { daily, weekly, monthly } = size.retentionDays;
  const perDay = size.backupsPerMonth / daysPerMonth;
  const gigabytes = gigabytesOfBackup(usage);
  // A deleted backup stays as a version for a while.
  const whole = perDay * (daily + size.noncurrentRetentionDays);
  const tiers = Math.max(0, weekly - daily) / 7 + Math.max(0, monthly - weekly) / daysPerMonth;
  // The savings of `archiveDays` are ignored, because they depend on which backups still exist by then.
  const { infrequentAccessDays } = size.storageTiers;
  return {
    young: Math.min(whole, perDay * infrequentAccessDays) * gigabytes,
    old: Math.max(0, whole - perDay * infrequentAccessDays) * gigabytes + tiers * gigabytes,
  };
}

/** Returns the monthly cost of storing the backups, after the longest retention has passed. */
export function backupBucketCost(size: BackupBucketSize, usage: Usage): CostLine[] {
  const { infrequentAccessDays } = size.storageTiers;
  const { young, old } = storedGigabytes(size, usage);
  const puts = size.backupsPerMonth * objectsOfBackup;
  return [
    {
      what: `S3, backups of the last ${infrequentAccessDays} days`,
      quantity: `${rounded(young)} GB`,
      usd: young * prices.s3.standardGigabyte,
    },
    {
      what: "S3, older backups, infrequent access",
      quantity: `${rounded(old)} GB`,
      usd: old * prices.s3.infrequentGigabyte,
    },
    { what: "S3, writes", quantity: rounded(puts), usd: (puts / 1000) * prices.s3.thousandPuts },
    ...(size.ownKey ? [{ what: "KMS key", quantity: "1", usd: prices.kms.key }] : []),
  ];
}
