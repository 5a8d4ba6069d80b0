import { describeError } from "../../foundation/userError";
import type { Clusters } from "./clusters";
import { ApiError } from "./http";
import type { Services } from "./services";
import type { ProjectRecord } from "./state/record";

/**
 * Returns a function that runs SQL in a project's database and returns the rows of its last statement. An SQL error becomes
 * a 400 of the Management API.
 */
export function queryDatabase({ lifecycle, clusters }: Services) {
  return async (
    project: ProjectRecord,
    role: Parameters<Clusters["query"]>[1],
    ...query: [sql: string, options?: { readonly parameters?: unknown[] | undefined }]
  ): Promise<Record<string, unknown>[]> => {
    const cluster = lifecycle.cluster(project);
    try {
      return await clusters.query(cluster, role, ...query);
    } catch (error) {
      throw new ApiError(
        400,
        `Failed to run sql query: ${error instanceof Error ? error.message : describeError(error)}`,
      );
    }
  };
}
