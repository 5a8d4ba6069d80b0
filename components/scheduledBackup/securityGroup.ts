import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsTags } from "../awsTags";
import type { TaskNetwork } from "../taskNetwork";

const names = { port: 53, protocol: "udp", description: "Names" };
const https = { port: 443, protocol: "tcp", description: "S3, Secrets Manager, logs, registry" };
const postgresql = { port: 5432, protocol: "tcp", description: "PostgreSQL" };

/**
 * The destinations of a backup: the bucket, and the database directly or through the session pooler. The addresses of
 * Supabase and of the registry change, and those of Secrets Manager and of the logs are public if the network has no
 * paid endpoints for them. So only ports are restricted.
 */
export const backupPorts = [names, https, postgresql];
/** The destination of prune and drill: the bucket. They cannot reach the database. */
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

/** Declares a security group that allows no incoming connections, and outgoing ones only to these ports. */
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
