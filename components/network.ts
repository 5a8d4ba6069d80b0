import { commonArgs } from "./awsCommon";
import { BackupNetwork } from "./backupNetwork/backupNetwork";
import type { BackupsConfig } from "./backupsConfig";
import { ownedResources } from "./ownership/ownership";
import { type TaskNetwork, taskNetwork } from "./taskNetwork";

/** Where the tasks and the probe run. */
export interface StackNetwork {
  readonly tasks: TaskNetwork;
  /** Where a function has a way out: it has no public address, whatever the subnet. Undefined without a NAT gateway. */
  readonly functions: TaskNetwork | undefined;
  /** The network, where it is the stack's own. */
  readonly own: BackupNetwork | undefined;
}

/** Declares the stack's own network, or finds the one that is configured. */
export function declareNetwork(config: BackupsConfig): StackNetwork {
  const { network, bucketName, vpcId, assignPublicIp } = config.backup;
  if (network === undefined) {
    const tasks = taskNetwork(config.backup);
    return { tasks, functions: vpcId === undefined || assignPublicIp ? undefined : tasks, own: undefined };
  }
  const own = new BackupNetwork("backup-network", {
    ...network,
    ...commonArgs(config),
    bucketName,
    // The region's first two zones can become others: a network that exists stays where it is.
    availabilityZones: network.availabilityZones ?? ownedResources().networkZones,
  });
  return { tasks: own, functions: own, own };
}
