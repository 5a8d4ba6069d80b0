import { type CostLine, rounded, type Usage } from "../../cost/line";
import { prices } from "../../cost/prices";
import {
  type BackupBucketSize,
  gigabytesOfBackup,
  objectsOfBackup,
  storedGigabytes,
} from "../backupBucket/cost";

/** Metrics that S3 publishes of a rule: bytes and operations that wait, latency, and failures. */
const metrics = 4;
/**
 * Returns the number of alarms that `BackupReplica` declares, as a test counts them: one more if it reports deletions, on messages
 * that did not arrive.
 */
export const replicaAlarms = (deletionAlarm: boolean): number => (deletionAlarm ? 3 : 2);

/** Returns the monthly cost of the copies, which are in infrequent access from the start. */
export function backupReplicaCost(
  size: Omit<BackupBucketSize, "ownKey"> & { readonly deletionAlarm: boolean },
  usage: Usage,
): CostLine[] {
  const alarms = replicaAlarms(size.deletionAlarm);
  const { young, old } = storedGigabytes(size, usage);
  const sent = size.backupsPerMonth * gigabytesOfBackup(usage);
  const puts = size.backupsPerMonth * objectsOfBackup;
  return [
    {
      what: "S3, copies in the second region, infrequent access",
      quantity: `${rounded(young + old)} GB`,
      usd: (young + old) * prices.s3.infrequentGigabyte,
    },
    {
      what: "Transfer to the second region",
      quantity: `${rounded(sent)} GB`,
      usd: sent * prices.network.interRegionGigabyte,
    },
    {
      what: "S3, writes of copies",
      quantity: rounded(puts),
      usd: (puts / 1000) * prices.s3.infrequentThousandPuts,
    },
    { what: "KMS key", quantity: "1", usd: prices.kms.key },
    { what: "Alarms", quantity: String(alarms), usd: alarms * prices.cloudWatch.alarm },
    { what: "Metrics", quantity: String(metrics), usd: metrics * prices.cloudWatch.metric },
  ];
}
