import { BackupNetwork } from "../components/backupNetwork/backupNetwork";
import { type TaskNetwork, taskNetwork } from "../components/taskNetwork";
import { commonArgs } from "./awsCommon";
import type { BackupsConfig } from "./backupsConfig";
import { ownedResources } from "./ownership/ownership";

/** The network of the tasks and the probe. */
export interface StackNetwork {
  readonly tasks: TaskNetwork;
  /**
   * The subnets in which a function has internet access: it has no public address in any subnet. Undefined without a
   * NAT gateway.
   */
  readonly functions: TaskNetwork | undefined;
  /** The network, if it is the stack's own. */
  readonly own: BackupNetwork | undefined;
}

/** Declares the stack's own network, or looks up the configured one. */
export function declareNetwork(config: BackupsConfig): StackNetwork {
  const { network, bucketName, vpcId, assignPublicIp } = config.backup;
  if (network === undefined) {
    const tasks = taskNetwork(config.backup);
    return { tasks, functions: vpcId === undefined || assignPublicIp ? undefined : tasks, own: undefined };
  }
  const own = new BackupNetwork("backup-network", {
    ...commonArgs(config),
    cidrBlock: network.cidrBlock,
    bucketName,
    // The first two zones of a region can change, so an existing network keeps its zones.
    availabilityZones: network.availabilityZones ?? ownedResources().networkZones,
  });
  return { tasks: own, functions: own, own };
}
