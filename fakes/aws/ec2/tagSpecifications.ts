import type { ResourceType, TagSpecification } from "@aws-sdk/client-ec2";
import { type Tags, tagsToService } from "../tags/tags";

/** A type of resource that is created with its tags, so that a killed run leaves no resource without them. */
export interface Tagged {
  readonly tags?: Tags;
}

/** Returns the tags for a call that creates a resource of this type. */
export function tagSpecifications(
  ResourceType: ResourceType,
  { tags = {} }: Tagged,
): { readonly TagSpecifications?: TagSpecification[] } {
  if (Object.keys(tags).length === 0) return {};
  return { TagSpecifications: [{ ResourceType, Tags: tagsToService(tags) }] };
}
