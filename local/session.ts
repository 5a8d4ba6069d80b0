import { endpointVariables, type LocalPaths, pulumiVariables } from "./environment";
import { installStandIns } from "./providers/install";
import type { LocalServices } from "./services/start";
import { PulumiCli } from "./stack/pulumiCli";
import { ensureToolchain, type Toolchain } from "./toolchain";

/** Everything that a command of the local stack works with, up and running. */
export interface LocalSession {
  readonly toolchain: Toolchain;
  readonly services: LocalServices;
  /** What a shell needs to use the same. */
  readonly variables: Readonly<Record<string, string>>;
  /** The CLI, standing in a project folder. */
  pulumiIn(folder: string): PulumiCli;
}

export type Progress = (line: string) => void;

/** The Pulumi CLI and our stand-ins for the plugins that it would download. */
export async function prepareEngine(paths: LocalPaths, progress: Progress): Promise<Toolchain> {
  const toolchain = await ensureToolchain({ progress });
  await installStandIns(paths.checkout, paths.pulumiHome);
  return toolchain;
}

export function openSession(paths: LocalPaths, toolchain: Toolchain, services: LocalServices): LocalSession {
  const variables = {
    ...toolchain.environment,
    ...pulumiVariables(paths, toolchain.binDirectory),
    ...endpointVariables(services),
  };
  const pulumiIn = (folder: string) => new PulumiCli(toolchain.pulumi, folder, variables);
  return { toolchain, services, variables, pulumiIn };
}
