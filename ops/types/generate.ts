import * as z from "zod";
import type { StackProject } from "../stackProject";
import { partitionsAnswer, partitionsQuery, withoutPartitions } from "./partitions";

const dataApi = z.object({ db_schema: z.string() });
const generated = z.object({ types: z.string() });

/**
 * Returns the TypeScript types of every schema that the project's Data API exposes, as `supabase gen types` prints them,
 * but without partitions.
 */
export async function generateTypes({ api, path }: StackProject): Promise<string> {
  const { db_schema: schemas } = dataApi.parse(
    await api.expectJson("GET", `${path}/postgrest`, {
      status: 200,
      doing: "read the settings of the Data API",
    }),
  );
  const query = new URLSearchParams({ included_schemas: schemas.replaceAll(" ", "") });
  const answer = await api.expectJson("GET", `${path}/types/typescript?${query}`, {
    status: 200,
    doing: "generate types",
  });
  const [{ partitions }] = partitionsAnswer.parse(
    await api.expectJson("POST", `${path}/database/query/read-only`, {
      status: 201,
      doing: "read the partitions of the database",
      body: { query: partitionsQuery },
    }),
  );
  return withoutPartitions(generated.parse(answer).types, partitions);
}

/**
 * Returns the types without the platform's PostgREST version, which says nothing about the database and differs between
 * hosted and local projects.
 */
export function withoutPlatformVersion(types: string): string {
  return types.replace(/^ *(?:\/\/[^\n]*\n *)*__InternalSupabase: \{[^}]*\};?\n/m, "");
}
