import { partitionOf } from "../../config/aws/partition";
import type { EnvironmentPlace } from "../environmentPlace";

/** The input of the policies of an environment's roles. */
export interface PolicyPlace extends EnvironmentPlace {
  readonly accountId: string;
  /** Bucket with the states of all environments. */
  readonly stateBucketArn: string;
  /** Key that encrypts the state bucket. */
  readonly stateKeyArn: string;
  /** Key of the environment's own secrets. */
  readonly secretsKeyArn: string;
  /** ARN of the boundary for roles that a deployment creates. */
  readonly boundaryArn: string;
}

/** Returns the ARN of something in the environment's account and region. */
export function arnIn({ region, accountId }: PolicyPlace, service: string, resource: string): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${accountId}:${resource}`;
}

/** Returns the ARNs of something in the environment's region, and in that of the copies of its backups. */
export function arnsInRegions(place: PolicyPlace, service: string, resource: string): readonly string[] {
  const { replica } = place;
  return [
    arnIn(place, service, resource),
    ...(replica === undefined ? [] : [arnIn({ ...place, region: replica.region }, service, resource)]),
  ];
}

/** Returns the ARN of a bucket, or of objects in it. */
export function bucketArnOf({ region }: Pick<PolicyPlace, "region">, bucket: string): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`;
}

/** Returns the ARNs of the roles that a stack of the environment creates for one of its parts. */
export function stackRoles(
  { region, accountId, prefix }: PolicyPlace,
  part: "backup" | "monitoring",
): string {
  return `arn:${partitionOf(region)}:iam::${accountId}:role/${prefix}-${part}-*`;
}

/** Returns the ARN of the environment's dashboard, which belongs to no region. */
export function dashboardArn({ region, accountId, prefix }: PolicyPlace): string {
  return `arn:${partitionOf(region)}:cloudwatch::${accountId}:dashboard/${prefix}-database`;
}
