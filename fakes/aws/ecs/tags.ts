import type { Tag } from "@aws-sdk/client-ecs";
import { type Tags, tagsFromService } from "../tags/tags";

export function tagsFromEcs(tags: readonly Tag[] | undefined): Tags {
  return tagsFromService(tags?.map(({ key, value }) => ({ Key: key, Value: value })));
}
