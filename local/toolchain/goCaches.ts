import { mkdirSync } from "node:fs";
import path from "node:path";
import { removeTree } from "./removeTree";

/** The folders and variables for Go commands and builds. */
export interface GoCaches {
  /** The environment in which Go keeps everything in our folder. */
  readonly environment: NodeJS.ProcessEnv;
  /** Deletes the folder. */
  remove(): void;
}

/**
 * Creates a folder for the modules, toolchains and compiled packages of a build (3.7 GB for the Pulumi CLI), so that none stay
 * in the user's home. The caller deletes the leftovers of killed builds.
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
      // Go makes module folders read-only, so they must be made writable before they can be deleted.
      GOFLAGS: [environment.GOFLAGS, "-modcacherw"].filter(Boolean).join(" "),
    },
    remove: () => removeTree(folder),
  };
}
