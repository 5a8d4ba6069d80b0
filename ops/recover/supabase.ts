import * as z from "zod";
import type { ManagementApi } from "../../foundation/managementApi";
import type { ExistingResourceFinder } from "./plan";

const projectInputs = z.object({ name: z.string(), organizationId: z.string() });
const projects = z.array(z.object({ id: z.string(), name: z.string(), organization_slug: z.string() }));

/**
 * Returns finders for resources of the Supabase provider that exist but are not in the state. Creating a project twice results in two
 * projects and two bills. All other resources can be created again without harm.
 */
export function supabaseFinders(api: ManagementApi): Record<string, ExistingResourceFinder> {
  return {
    "supabase:index/project:Project": async (pending) => {
      const { name, organizationId } = projectInputs.parse(pending.inputs);
      const found = projects
        .parse((await api.call("GET", "/projects")).json)
        .filter((project) => project.name === name && project.organization_slug === organizationId);
      return found.length === 1 ? found[0]?.id : undefined;
    },
  };
}
