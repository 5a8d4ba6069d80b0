import type { ResourceType, TagSpecification } from "@aws-sdk/client-ec2";
import { type Tags, tagsToService } from "../tags/tags";

/** Something that is made with its tags, so that a run which is killed right after it leaves nothing that cannot be recognised. */
export interface Tagged {
  readonly tags?: Tags;
}

/** Returns the tags for a call that makes something of this kind. */
export function tagSpecifications(
  ResourceType: ResourceType,
  { tags = {} }: Tagged,
): { readonly TagSpecifications?: TagSpecification[] } {
  if (Object.keys(tags).length === 0) return {};
  return { TagSpecifications: [{ ResourceType, Tags: tagsToService(tags) }] };
}
