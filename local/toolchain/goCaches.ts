import { mkdirSync } from "node:fs";
import path from "node:path";
import { removeTree } from "./removeTree";

/** How a command of Go is run, and what a build needs. */
export interface GoCaches {
  /** The environment in which Go keeps everything in our folder. */
  readonly environment: NodeJS.ProcessEnv;
  /** Deletes the folder. */
  remove(): void;
}

/**
 * Makes a folder for the modules, toolchains and compiled packages that a build of ours leaves (3.7 GB for the Pulumi CLI),
 * so that none of them stay in the user's home. The caller also clears what a killed build has left in the folder.
 */
export function goCachesIn(folder: string, environment: NodeJS.ProcessEnv): GoCaches {
  mkdirSync(folder, { recursive: true });
  const inside = (name: string) => {
    const made = path.join(folder, name);
    mkdirSync(made, { recursive: true });
    return made;
  };
  return {
    environment: {
      ...environment,
      GOPATH: inside("path"),
      GOMODCACHE: inside("modules"),
      GOCACHE: inside("builds"),
      GOTMPDIR: inside("temporary"),
      // Go writes its modules read-only, and only their owner's explicit permission lets them be deleted.
      GOFLAGS: [environment.GOFLAGS, "-modcacherw"].filter(Boolean).join(" "),
    },
    remove: () => removeTree(folder),
  };
}
