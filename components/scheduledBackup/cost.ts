import { type CostLine, rounded, type Usage } from "../../cost/line";
import { prices } from "../../cost/prices";
import { ageTaskSize } from "./tasks";

export interface ScheduledBackupSize {
  readonly runsPerMonth: Readonly<Record<"backup" | "prune" | "drill" | "age", number>>;
  readonly cpuArchitecture: "ARM64" | "X86_64";
  readonly cpuUnits: number;
  readonly memoryMegabytes: number;
  readonly drillDiskGibibytes?: number | undefined;
  /** Whether each task has a public address. Otherwise the network has a NAT gateway. */
  readonly assignPublicIp: boolean;
  /**
   * Whether the network has a gateway endpoint for S3, so uploads and downloads do not pass through the NAT gateway.
   */
  readonly hasS3Endpoint: boolean;
}

/** Returns the monthly cost of running the tasks and of their internet access. */
export function scheduledBackupCost(size: ScheduledBackupSize, usage: Usage): CostLine[] {
  const { runsPerMonth: runs } = size;
  const { databaseGigabytes, startSeconds, secondsPerGigabyte } = usage;
  const hours = (runs: number, seconds: number) => (runs * (startSeconds + seconds)) / 3600;
  const backup = hours(runs.backup, databaseGigabytes * secondsPerGigabyte.backup);
  const drill = hours(runs.drill, databaseGigabytes * secondsPerGigabyte.drill);
  const prune = hours(runs.prune, 0);
  const age = hours(runs.age, 0);
  const price = prices.fargate[size.cpuArchitecture];
  const hourOf = ({ cpuUnits, memoryMegabytes }: { cpuUnits: number; memoryMegabytes: number }) =>
    (cpuUnits / 1024) * price.cpuHour + (memoryMegabytes / 1024) * price.gigabyteHour;
  const disk = Math.max(0, (size.drillDiskGibibytes ?? 0) - prices.fargate.includedDiskGigabytes);
  return [
    {
      what: "Fargate: backup, drill, prune",
      quantity: `${rounded(backup + drill + prune)} hours`,
      usd: (backup + drill + prune) * hourOf(size) + drill * disk * prices.fargate.diskGigabyteHour,
    },
    {
      what: "Fargate: age",
      quantity: `${rounded(runs.age)} runs, ${rounded(age)} hours`,
      usd: age * hourOf(ageTaskSize),
    },
    { what: "Secret", quantity: "1", usd: prices.secretsManager.secret },
    ...(size.assignPublicIp
      ? [
          {
            what: "Public address",
            quantity: `${rounded(backup + drill + prune + age)} hours`,
            usd: (backup + drill + prune + age) * prices.network.publicAddressHour,
          },
        ]
      : natCost(size, usage)),
  ];
}

function natCost({ runsPerMonth: runs, hasS3Endpoint }: ScheduledBackupSize, usage: Usage): CostLine[] {
  const { natHour, natGigabyte } = prices.network;
  const images = (runs.backup + runs.prune + runs.drill + runs.age) * usage.imageGigabytes;
  const stored = usage.databaseGigabytes * usage.compression;
  // A backup reads back what it has written, and a drill reads it again.
  const ofS3 = hasS3Endpoint ? 0 : (2 * runs.backup + runs.drill) * stored;
  const gigabytes = runs.backup * usage.databaseGigabytes + images + ofS3;
  return [
    { what: "NAT gateway", quantity: "1", usd: prices.hoursPerMonth * natHour },
    {
      what: "NAT gateway, data",
      quantity: `${rounded(gigabytes)} GB, of which images ${rounded(images)} GB and S3 ${rounded(ofS3)} GB`,
      usd: gigabytes * natGigabyte,
    },
  ];
}
