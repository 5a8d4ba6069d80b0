import { type PolicyDocument, type PolicyStatement, policyDocument } from "../../components/policyDocument";
import { networkRights } from "./networkRights";
import type { PolicyPlace } from "./place";
import type { ServiceRights } from "./rights";
import { roleRights } from "./roleRights";
import { serviceRights } from "./serviceRights";

/** Returns the policy of the role that deploys an environment, except for its permissions on networks and roles. */
export function deployPolicy(place: PolicyPlace): PolicyDocument {
  return policyDocument(
    ...serviceRights(place).flatMap(allStatements),
    ...stateStatements(place, ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]),
  );
}

/** Returns the managed policy of that role, because all permissions together do not fit into inline policies. */
export function deployManagedPolicy(place: PolicyPlace): PolicyDocument {
  return policyDocument(...[...networkRights(place), ...roleRights(place)].flatMap(allStatements));
}

/**
 * Returns the only policy of the role that previews an environment: it reads the same resources as a deployment, and writes only
 * the lock of the state. It decrypts the environment's secrets, which every preview needs.
 */
export function previewPolicy(place: PolicyPlace): PolicyDocument {
  return policyDocument(
    ...[...serviceRights(place), ...networkRights(place), ...roleRights(place)].flatMap(readStatement),
    ...stateStatements(place, ["s3:GetObject"]),
  );
}

function readStatement({ name, resources, reads = [] }: ServiceRights): PolicyStatement[] {
  if (reads.length === 0) return [];
  return [{ Sid: `Read${name}`, Effect: "Allow", Action: reads, Resource: resources }];
}

/**
 * Reads and writes share a statement if the writes have no condition, because a role's inline policies are limited to 10,240
 * characters.
 */
function allStatements(rights: ServiceRights): PolicyStatement[] {
  const { name, resources, reads = [], writes = [], condition } = rights;
  if (writes.length === 0) return readStatement(rights);
  if (condition === undefined)
    return [{ Sid: name, Effect: "Allow", Action: [...reads, ...writes], Resource: resources }];
  return [
    ...readStatement(rights),
    { Sid: `Write${name}`, Effect: "Allow", Action: writes, Resource: resources, Condition: condition },
  ];
}

/** Returns statements for the state of this environment, in the layout of Pulumi's own S3 backend. */
function stateStatements(place: PolicyPlace, actions: readonly string[]): PolicyStatement[] {
  const { stateBucketArn, stateKeyArn, secretsKeyArn, name } = place;
  const below = `${stateBucketArn}/.pulumi`;
  const stack = `thorbis-supabase/${name}`;
  return [
    {
      Sid: "ListState",
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:GetBucketLocation"],
      Resource: stateBucketArn,
    },
    { Sid: "ReadLayout", Effect: "Allow", Action: "s3:GetObject", Resource: `${below}/meta.yaml` },
    {
      Sid: "State",
      Effect: "Allow",
      Action: actions,
      Resource: ["stacks", "history", "backups"].flatMap((kind) => [
        `${below}/${kind}/${stack}.json*`,
        `${below}/${kind}/${stack}/*`,
      ]),
    },
    {
      Sid: "LockState",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      Resource: `${below}/locks/organization/${stack}/*`,
    },
    {
      Sid: "OpenStateAndSecrets",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
      Resource: [stateKeyArn, secretsKeyArn],
    },
  ];
}
