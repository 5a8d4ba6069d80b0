import * as pulumi from "@pulumi/pulumi";
import type { BackupsConfig } from "./backupsConfig";

/** Key and value of each tag. */
export type AwsTags = Readonly<Record<string, string>>;

/** Says which stack a resource belongs to; the check for other owners goes by it. */
export const stackTag = "thorbis:stack";

/** Says what a bucket is for that has no backups in it. */
export const purposeTag = "thorbis:purpose";

/** The value of `thorbis:stack`: `<Pulumi project>/<stack>`. */
export function stackTagValue(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

/** Returns the tags of every resource of the stack that can carry any. */
export function awsTags({ project }: Pick<BackupsConfig, "project">): AwsTags {
  return {
    Project: project.name,
    Environment: project.environment,
    Owner: project.owner ?? project.organizationId,
    DataClass: project.dataClass,
    [stackTag]: stackTagValue(),
  };
}
