import {
  GetResourcesCommand,
  type GetResourcesCommandInput,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { inBatches } from "../batch";
import type { Aws } from "../client";
import type { TagList } from "./taggable";
import { type Tags, tagsFromService } from "./tags";

/** Returns ARN → tags of the resources that the tagging service lists, in its order. */
export async function taggedResources(
  aws: Aws,
  wanted: Pick<GetResourcesCommandInput, "TagFilters" | "ResourceARNList">,
  options: { readonly abortSignal: AbortSignal },
): Promise<ReadonlyMap<string, Tags>> {
  const found = new Map<string, Tags>();
  let PaginationToken: string | undefined;
  do {
    const page = await aws
      .use("resourcegroupstaggingapi")
      .send(new GetResourcesCommand({ ...wanted, PaginationToken }), options);
    for (const { ResourceARN = "", Tags } of page.ResourceTagMappingList ?? [])
      found.set(ResourceARN, tagsFromService(Tags));
    PaginationToken = page.PaginationToken || undefined;
  } while (PaginationToken !== undefined);
  return found;
}

const readTags = inBatches<Tags>((aws, arns, options) =>
  taggedResources(aws, { ResourceARNList: [...arns] }, options),
);

/** Lists the tags of an ARN with the tagging service, which reads many resources of many services at once. */
export const listByArn: TagList = async (aws, arn, { abortSignal }) =>
  (await readTags(aws, arn, abortSignal)) ?? {};
