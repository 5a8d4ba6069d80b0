import * as pulumi from "@pulumi/pulumi";

/** Key and value of each tag. */
export type AwsTags = Readonly<Record<string, pulumi.Input<string>>>;

/** The stack to which a resource belongs. The check for other owners uses it. */
export const stackTag = "thorbis:stack";

/** The purpose of a bucket that does not contain backups. */
export const purposeTag = "thorbis:purpose";

/** The value of that tag of the bucket with the copies. */
export const replicaPurpose = "replica";

/** Returns the value of the tag `thorbis:stack`: `<Pulumi project>/<stack>`. */
export function stackTagValue(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}
