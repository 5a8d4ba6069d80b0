import type { ClientPrograms } from "./clientPrograms";
import type { Clusters } from "./clusters";
import type { Lifecycle } from "./lifecycle";
import type { ProjectStore } from "./state/store";

/** The services that the routes use. */
export interface Services {
  readonly store: ProjectStore;
  readonly lifecycle: Lifecycle;
  readonly clusters: Clusters;
  /** Port of the shared pooler, on loopback. */
  readonly poolerPort: number;
  readonly programs: ClientPrograms;
  /** Organization slugs that exist. Undefined: any. */
  readonly organizations: readonly string[] | undefined;
}
