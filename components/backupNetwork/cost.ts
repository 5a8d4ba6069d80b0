import { type CostLine, rounded } from "../../cost/line";
import { prices } from "../../cost/prices";

export interface BackupNetworkSize {
  readonly runsPerMonth: Readonly<Record<"backup" | "prune" | "drill" | "age", number>>;
  /** How often the probe runs in the network. */
  readonly probesPerMonth: number;
}

/** Size of the records of the connections of one run, roughly. */
const gigabytesOfRecords = 0.00002;

/**
 * Returns what the network costs in a month beside its NAT gateway, which stands with the tasks that it is for. The endpoint to S3 is
 * free.
 */
export function backupNetworkCost({ runsPerMonth, probesPerMonth }: BackupNetworkSize): CostLine[] {
  const runs = Object.values(runsPerMonth).reduce((sum, count) => sum + count, probesPerMonth);
  const gigabytes = runs * gigabytesOfRecords;
  return [
    {
      what: "Fixed address",
      quantity: "1",
      usd: prices.hoursPerMonth * prices.network.publicAddressHour,
    },
    {
      what: "Flow logs",
      quantity: `${rounded(gigabytes)} GB`,
      usd: gigabytes * prices.cloudWatch.logGigabyte,
    },
  ];
}
