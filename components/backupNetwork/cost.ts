import { type CostLine, rounded } from "../../cost/line";
import { prices } from "../../cost/prices";

export interface BackupNetworkSize {
  readonly runsPerMonth: Readonly<Record<"backup" | "prune" | "drill" | "age", number>>;
  /** How often the probe runs in the network. */
  readonly probesPerMonth: number;
}

/** The approximate size of the connection records of one run. */
const gigabytesOfRecords = 0.00002;

/**
 * Returns the monthly cost of the network without its NAT gateway, which is part of the tasks' cost. The endpoint for
 * S3 is free.
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
