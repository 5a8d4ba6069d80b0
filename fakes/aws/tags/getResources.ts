import { lookUp } from "../../engine/table";
import type { Aws } from "../client";
import { taggedResources } from "./taggingService";

type TagFilter = { key: string; values?: string[] };

/** Returns the tagged resources of the account and region that the tagging service lists. */
export const getResources = lookUp<
  Aws,
  { tagFilters?: TagFilter[]; resourceArnLists?: string[]; region?: string }
>({
  args: { tagFilters: { type: "list" }, resourceArnLists: { type: "list" }, region: { type: "string" } },
  async call(home, { tagFilters = [], resourceArnLists, region }, { signal }) {
    const aws = home.inRegion(region);
    const TagFilters = tagFilters.map(({ key, values }) => ({ Key: key, Values: values }));
    const wanted = { TagFilters, ResourceARNList: resourceArnLists };
    const tagged = await taggedResources(aws, wanted, { abortSignal: signal });
    const found = [...tagged].map(([resourceArn, tags]) => ({ resourceArn, tags }));
    return { id: aws.region, region: aws.region, tagFilters, resourceTagMappingLists: found };
  },
});
