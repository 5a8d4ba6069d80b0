import { GetResourcesCommand } from "@aws-sdk/client-resource-groups-tagging-api";
import { inBatches } from "../batch";
import type { Tagging } from "./taggable";
import { type Tags, tagsFromService } from "./tags";

const readTags = inBatches<Tags>(async (aws, arns, options) => {
  const found = new Map<string, Tags>();
  let PaginationToken: string | undefined;
  do {
    const page = await aws
      .use("resourcegroupstaggingapi")
      .send(new GetResourcesCommand({ ResourceARNList: [...arns], PaginationToken }), options);
    for (const { ResourceARN = "", Tags } of page.ResourceTagMappingList ?? []) {
      found.set(ResourceARN, tagsFromService(Tags?.map(({ Key, Value }) => ({ Key, Value }))));
    }
    PaginationToken = page.PaginationToken || undefined;
  } while (PaginationToken !== undefined);
  return found;
});

/** Lists the tags of an ARN with the tagging service, which reads many resources of many services at once. */
export const listByArn: Tagging["list"] = async (aws, arn, { abortSignal }) =>
  (await readTags(aws, arn, abortSignal)) ?? {};
