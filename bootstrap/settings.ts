import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { UserError } from "../foundation/userError";
import { type EnvironmentPlace, environmentPlace } from "./environmentPlace";

/** GitHub's numeric id of an owner or a repository. */
const id = z.int().positive("must be the number that GitHub gives it: gh api repos/<owner>/<name>");

const settingsSchema = z.strictObject({
  /** `<owner>/<name>` of the repository whose workflows may assume the roles. */
  repository: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/, "must be <owner>/<name>"),
  /** Ids in the immutable form of the subject, which repositories send if they were created or renamed since July 2026. */
  repositoryIds: z.strictObject({ owner: id, repository: id }).optional(),
  /** The stacks that are deployed to this account; each has a Pulumi.<stack>.yaml in the folder above. */
  environments: z
    .array(z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, "must be the name of a stack, such as prod"))
    .min(1),
  stateBucketName: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, "must be 3 to 63 lower-case letters, digits and hyphens"),
  /** Name of the ECR repository of the backup image. */
  imageRepositoryName: z
    .string()
    .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, "must be lower-case letters, digits and single separators")
    .default("thorbis-backup"),
  /** Who is responsible, as the tag `Owner`. */
  owner: z.string().min(1).max(128),
  /** Whether `pulumi destroy` refuses to delete state, keys and images. */
  deletionProtection: z.boolean().default(true),
});

/** The settings of an account, with the place in AWS from each environment's stack file. */
export interface BootstrapSettings extends Omit<z.output<typeof settingsSchema>, "environments"> {
  readonly environments: readonly EnvironmentPlace[];
}

/**
 * Reads `thorbis-bootstrap:settings` and the stack files of its environments from `stackFiles`, the folder above.
 * @throws UserError that lists all errors.
 */
export function loadSettings(stackFiles: string): BootstrapSettings {
  return parseSettings(new pulumi.Config().getObject("settings") ?? {}, pulumi.getStack(), stackFiles);
}

/**
 * Returns the settings in the stack file of an account.
 * @throws UserError that lists every issue.
 */
export function parseSettings(value: unknown, stack: string, stackFiles: string): BootstrapSettings {
  const parsed = settingsSchema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      ({ path, message }) => `  thorbis-bootstrap:settings.${path.join(".")}: ${message}`,
    );
    throw new UserError(
      `Pulumi.${stack}.yaml of bootstrap has ${issues.length} error(s); correct it and try again:\n${issues.join("\n")}`,
    );
  }
  const environments = parsed.data.environments.map((name) => environmentPlace(stackFiles, name));
  return { ...parsed.data, environments };
}
