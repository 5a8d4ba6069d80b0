import { type CostLine, rounded, type Usage } from "../../cost/line";
import { prices } from "../../cost/prices";
import type { StorageTiers } from "./lifecycleRules";

export interface BackupBucketSize {
  readonly backupsPerMonth: number;
  /** Days to keep every backup, one a week, and one a month. */
  readonly retentionDays: { readonly daily: number; readonly weekly: number; readonly monthly: number };
  /** Days in which a deleted backup still takes its space. */
  readonly noncurrentRetentionDays: number;
  readonly storageTiers: StorageTiers;
  readonly ownKey: boolean;
}

const daysPerMonth = 365 / 12;
/** Objects of a backup, roughly: texts, archives and parts of rows. */
const objectsOfBackup = 25;

/** Returns what keeping the backups costs in a month, once the longest retention has passed. */
export function backupBucketCost(size: BackupBucketSize, usage: Usage): CostLine[] {
  const { daily, weekly, monthly } = size.retentionDays;
  const perDay = size.backupsPerMonth / daysPerMonth;
  const gigabytes = usage.databaseGigabytes * usage.compression;
  // A backup that goes stays as a version for a while.
  const whole = perDay * (daily + size.noncurrentRetentionDays);
  const tiers = Math.max(0, weekly - daily) / 7 + Math.max(0, monthly - weekly) / daysPerMonth;
  // What `archiveDays` would save is left out: it depends on which backups are left by then.
  const { infrequentAccessDays } = size.storageTiers;
  const young = Math.min(whole, perDay * infrequentAccessDays) * gigabytes;
  const old = Math.max(0, whole - perDay * infrequentAccessDays) * gigabytes + tiers * gigabytes;
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
