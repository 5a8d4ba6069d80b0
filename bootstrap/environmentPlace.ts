import path from "node:path";
import * as z from "zod";
import { accessLogBucketName } from "../config/aws/accessLogBucket";
import { replicaBucketName } from "../config/aws/replicaBucket";
import { resourcePrefix } from "../config/aws/resourcePrefix";
import { configNamespace } from "../config/schema";
import { readStackFile } from "../config/stackFile";
import { UserError } from "../foundation/userError";

/** Where in AWS the stack of an environment keeps its resources. */
export interface EnvironmentPlace {
  /** Name of the stack. */
  readonly name: string;
  /** The region of the stack's resources. */
  readonly region: string;
  /** Prefix of all names in AWS. */
  readonly prefix: string;
  readonly bucketName: string;
  /** The bucket for the access logs, which need not exist yet. */
  readonly logBucketName: string;
  /** The copies of the backups in a second region, if the stack has them. */
  readonly replica?: { readonly region: string; readonly bucketName: string };
  /** Earlier buckets of the stack. A deployment that moves away from one removes the replication rule there. Default: none. */
  readonly retiredBucketNames?: readonly string[];
  /** Whether the stack has its own network. */
  readonly ownNetwork: boolean;
}

const project = z.object({ name: z.string(), resourcePrefix: z.string().optional() });
const backup = z.object({
  bucketName: z.string(),
  retiredBucketNames: z.array(z.string()).default([]),
  accessLogs: z.object({ bucketName: z.string().optional() }).optional(),
  network: z.object({}).optional(),
  replica: z.object({ region: z.string(), bucketName: z.string().optional() }).optional(),
});

/**
 * Reads the place of an environment from its Pulumi.<stack>.yaml, so that a role's policy and the stack agree on every name.
 * @throws UserError if the file cannot be read or lacks one of the values.
 */
export function environmentPlace(folder: string, name: string): EnvironmentPlace {
  const file = path.join(folder, `Pulumi.${name}.yaml`);
  const { values } = readStackFile(file);
  const area = <T>(key: string, schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(JSON.parse(values[`${configNamespace}:${key}`] ?? "{}"));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new UserError(
      `${path.basename(file)} lacks ${configNamespace}:${[key, ...(issue?.path ?? [])].join(".")}, which names the environment's place in AWS.`,
    );
  };
  const region = values["aws:region"];
  if (region === undefined) throw new UserError(`${path.basename(file)} lacks aws:region.`);
  const { bucketName, retiredBucketNames, replica } = area("backup", backup);
  return {
    name,
    region,
    prefix: resourcePrefix(area("project", project)),
    bucketName,
    logBucketName: accessLogBucketName(area("backup", backup)),
    ...(replica !== undefined && {
      replica: { region: replica.region, bucketName: replicaBucketName(bucketName, replica) },
    }),
    ...(retiredBucketNames.length > 0 && { retiredBucketNames }),
    ownNetwork: area("backup", backup).network !== undefined,
  };
}
