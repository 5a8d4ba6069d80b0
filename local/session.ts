import { type Command, withCommandLock } from "./commandLock";
import { claimDirectory } from "./directory";
import { endpointVariables, type LocalPaths, pulumiVariables } from "./environment";
import { choosePlugins, chosenPlugins, type PluginChoice } from "./plugins/choice";
import { installStandIns } from "./plugins/install";
import { installOfficialPlugins } from "./plugins/official";
import type { Progress } from "./progress";
import { requireMachine, thisMachine } from "./services/machine";
import { type LocalServices, startServices } from "./services/start";
import { ensureStack } from "./stack/deploy";
import { PulumiCli } from "./stack/pulumiCli";
import { ensureToolchain, type Toolchain } from "./toolchain";

/** The running services and tools that a local command works with. */
export interface LocalSession {
  readonly toolchain: Toolchain;
  readonly services: LocalServices;
  /** The variables with which a shell uses the same. */
  readonly variables: Readonly<Record<string, string>>;
  /** Returns the CLI with a project folder as its working directory. */
  pulumiIn(folder: string): PulumiCli;
}

/**
 * Starts the services that are not running, for a command that may run beside others. Holds the lock only during the start,
 * so that `npm run down` does not delete what is starting.
 */
export async function openLocalSession(
  paths: LocalPaths,
  command: Command,
  progress: Progress,
): Promise<LocalSession> {
  return await withCommandLock(paths.directory, command, async () => {
    const toolchain = await prepareEngine(paths, progress);
    const session = openSession(paths, toolchain, await startServices(paths, progress));
    await ensureStack(session.pulumiIn(paths.checkout), paths.state, "local");
    return session;
  });
}

/**
 * Returns the Pulumi CLI with its plugins: our stand-ins, or the official plugins after `npm start -- --official-plugins`. The
 * choice of the last `npm start` applies to all later commands.
 */
export async function prepareEngine(
  paths: LocalPaths,
  progress: Progress,
  choice: PluginChoice = chosenPlugins(paths.directory),
): Promise<Toolchain> {
  await claimDirectory(paths.directory);
  const toolchain = await ensureToolchain({
    progress,
    beforeMaking: async () => await requireMachine(thisMachine(paths.directory, progress)),
  });
  if (choice === "official") {
    const { checkout, officialPulumiHome: pulumiHome } = paths;
    await installOfficialPlugins({ checkout, pulumiHome, pulumi: toolchain.pulumi, progress });
  } else {
    await installStandIns(paths.checkout, paths.pulumiHome);
  }
  await choosePlugins(paths.directory, choice);
  return toolchain;
}

export function openSession(paths: LocalPaths, toolchain: Toolchain, services: LocalServices): LocalSession {
  const isOfficial = chosenPlugins(paths.directory) === "official";
  const pulumiHome = isOfficial ? paths.officialPulumiHome : paths.pulumiHome;
  const variables = {
    ...toolchain.environment,
    ...pulumiVariables({ ...paths, pulumiHome }, toolchain.binDirectory),
    ...endpointVariables(services),
  };
  const pulumiIn = (folder: string) => new PulumiCli(toolchain.pulumi, folder, variables);
  return { toolchain, services, variables, pulumiIn };
}
