import { GetResourcesCommand } from "@aws-sdk/client-resource-groups-tagging-api";
import { lookUp } from "../../engine/table";
import type { Aws } from "../client";
import { tagsFromService } from "./tags";

type TagFilter = { key: string; values?: string[] };

/** Returns the tagged resources of the account and region that the tagging service lists. */
export const getResources = lookUp<
  Aws,
  { tagFilters?: TagFilter[]; resourceArnLists?: string[]; region?: string }
>({
  args: { tagFilters: { type: "list" }, resourceArnLists: { type: "list" }, region: { type: "string" } },
  async call(home, { tagFilters = [], resourceArnLists, region }, { signal }) {
    const aws = home.inRegion(region);
    const tagging = aws.use("resourcegroupstaggingapi");
    const found: { resourceArn: string; tags: Record<string, string> }[] = [];
    let PaginationToken: string | undefined;
    do {
      const page = await tagging.send(
        new GetResourcesCommand({
          TagFilters: tagFilters.map(({ key, values }) => ({ Key: key, Values: values })),
          ResourceARNList: resourceArnLists,
          PaginationToken,
        }),
        { abortSignal: signal },
      );
      for (const { ResourceARN = "", Tags } of page.ResourceTagMappingList ?? []) {
        found.push({
          resourceArn: ResourceARN,
          tags: tagsFromService(Tags?.map(({ Key, Value }) => ({ Key, Value }))),
        });
      }
      PaginationToken = page.PaginationToken || undefined;
    } while (PaginationToken !== undefined);
    return { id: aws.region, region: aws.region, tagFilters, resourceTagMappingLists: found };
  },
});
