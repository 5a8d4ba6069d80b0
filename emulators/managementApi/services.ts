import type { ClientPrograms } from "./clientPrograms";
import type { Clusters } from "./clusters";
import type { Lifecycle } from "./lifecycle";
import type { ProjectStore } from "./state/store";

/** What the routes work with. */
export interface Services {
  readonly store: ProjectStore;
  readonly lifecycle: Lifecycle;
  readonly clusters: Clusters;
  /** Where the shared pooler listens, on loopback. */
  readonly poolerPort: number;
  readonly programs: ClientPrograms;
  /** Organization slugs that exist; undefined: any. */
  readonly organizations: readonly string[] | undefined;
}
