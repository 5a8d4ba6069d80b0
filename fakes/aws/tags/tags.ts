import type { Property } from "../../engine/table";

/** Key and value of each tag of a resource. */
export type Tags = Readonly<Record<string, string>>;

export const tagsInput: Property = { type: "map" };

interface ServiceTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export function tagsFromService(list: readonly ServiceTag[] | undefined): Record<string, string> {
  return Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

/** Returns tags as KMS takes them. */
export function tagsToKey(tags: Tags): { TagKey: string; TagValue: string }[] {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

export function tagsToService(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
