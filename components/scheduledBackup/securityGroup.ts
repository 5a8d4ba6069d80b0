import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsTags } from "../awsTags";
import type { TaskNetwork } from "../taskNetwork";

const names = { port: 53, protocol: "udp", description: "Names" };
const https = { port: 443, protocol: "tcp", description: "S3, Secrets Manager, logs, registry" };
const postgresql = { port: 5432, protocol: "tcp", description: "PostgreSQL" };

/**
 * What a backup talks to: the bucket, and the database directly or by the session pooler. The addresses of Supabase and of the registry
 * change, and those of Secrets Manager and of the logs are public where the network has no paid endpoints for them: ports are all that is fixed.
 */
export const backupPorts = [names, https, postgresql];
/** What prune and drill talk to: the bucket. The database is out of their reach. */
export const maintenancePorts = [names, https];

export interface TaskSecurityGroupArgs {
  readonly name: string;
  readonly description: string;
  readonly tags: AwsTags;
  readonly network: TaskNetwork;
  readonly ports: readonly {
    readonly port: number;
    readonly protocol: string;
    readonly description: string;
  }[];
}

/** Nothing comes in, and only to these ports anything goes out. */
export function taskSecurityGroup(
  logicalName: string,
  { ports, network, ...args }: TaskSecurityGroupArgs,
  options: pulumi.CustomResourceOptions,
): SecurityGroup {
  return new SecurityGroup(
    logicalName,
    {
      ...args,
      vpcId: network.vpcId,
      ingress: [],
      egress: ports
        .filter((port) => port !== names || !network.isOwn)
        .map(({ port, protocol, description }) => ({
          protocol,
          fromPort: port,
          toPort: port,
          cidrBlocks: ["0.0.0.0/0"],
          ...(!network.isOwn && { ipv6CidrBlocks: ["::/0"] }),
          description,
        })),
    },
    options,
  );
}
