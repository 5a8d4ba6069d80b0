import { Listr, ListrLogger, ListrLogLevels, type ListrTask } from "listr2";
import pc from "picocolors";
import { chooseMajor, parseMajor, refuseOtherMajor } from "../../emulators/postgres";
import { withCommandLock } from "../commandLock";
import { validateConfigFile } from "../configFile";
import { knownStackMegabytes, newStackMegabytes, requireSpace } from "../diskSpace";
import type { LocalPaths } from "../environment";
import type { PluginChoice } from "../plugins/choice";
import { refuseIncompleteStates } from "../plugins/handover";
import type { Progress } from "../progress";
import { projectDatabaseUrl } from "../projectDatabase";
import { databasesOf, type LocalServices, startServices } from "../services/start";
import { type LocalSession, openSession, prepareEngine } from "../session";
import { deploy, ensureStack, stacksDirectoryOf, wasCutOff } from "../stack/deploy";
import { recover } from "../stack/recover";
import { localStack, requireEnvironment, type StackLocation } from "../stack/stackLocation";
import type { Toolchain } from "../toolchain";

export interface StartOptions {
  /** Deploy a local copy of this environment, with its configuration, instead of the stack `local`. */
  readonly like?: string;
  /** Use the official plugins instead of our stand-ins. */
  readonly officialPlugins?: boolean;
  /** Create the databases with this major version, in this and later commands. Default: the newest that is installed. */
  readonly postgresql?: string;
}

/** Runs `npm start`: brings this machine from any state to a running, deployed local stack. */
export async function start(
  paths: LocalPaths,
  { like, officialPlugins, postgresql }: StartOptions,
): Promise<void> {
  // Runs before anything is installed, started or changed.
  validateConfigFile(paths.checkout, "local");
  if (like !== undefined) requireEnvironment(paths.checkout, like);
  if (officialPlugins) await refuseIncompleteStates(stacksDirectoryOf(paths.state));
  const major = postgresql === undefined ? undefined : parseMajor(postgresql);
  if (major !== undefined) refuseOtherMajor(databasesOf(paths), major);
  requireSpace(paths.directory, databasesOf(paths).length > 0 ? knownStackMegabytes : newStackMegabytes);
  await withCommandLock(paths.directory, "start", async () => {
    if (major !== undefined) await chooseMajor(paths.directory, major);
    const session = await prepare(paths, officialPlugins ? "official" : "stand-ins");
    const location = like === undefined ? localStack(paths) : await likeStack(paths, like, session.services);
    validateConfigFile(location.folder, location.stack);
    const pulumi = session.pulumiIn(location.folder);
    await ensureStack(pulumi, paths.state, location.stack);
    await recover(session, {
      ...location,
      directory: paths.directory,
      wasCutOff: wasCutOff(paths.directory, location.stack),
      stateDirectory: paths.state,
      say: (line) => void process.stdout.write(`${line}\n`),
    });
    await deploy(pulumi, paths.directory, location.stack);
    process.stdout.write(`\n${await summary(session, location, paths.state)}\n`);
  });
}

/** Returns the local copy of an environment. Loads its module on demand, because that loads an AWS client. */
async function likeStack(
  paths: LocalPaths,
  environment: string,
  services: LocalServices,
): Promise<StackLocation> {
  const { writeLikeStack } = await import("../stack/likeStack");
  return await writeLikeStack(paths, environment, services);
}

/** Does not print the error behind the failed step, because the command prints it at the end. */
class StepLogger extends ListrLogger {
  override log(...[level, message, options]: Parameters<ListrLogger["log"]>): void {
    super.log(level, message, level === ListrLogLevels.FAILED ? undefined : options);
  }
}

/** Installs what is missing and starts the services, and shows the progress. */
async function prepare(paths: LocalPaths, choice: PluginChoice): Promise<LocalSession> {
  const steps: ListrTask<{ toolchain: Toolchain; services: LocalServices }>[] = [
    {
      title: "Pulumi engine",
      task: async (context, task) => {
        const progress: Progress = (line, kind) => {
          // Without a terminal, all lines remain visible.
          if (kind !== "tick" || process.stdout.isTTY) task.output = line;
        };
        context.toolchain = await prepareEngine(paths, progress, choice);
        task.title = `Pulumi engine ${context.toolchain.version} (${context.toolchain.source})`;
      },
    },
    {
      title: "Supabase Management API, PostgreSQL, AWS",
      task: async (context, task) => {
        context.services = await startServices(paths, (line) => {
          task.output = line;
        });
      },
    },
  ];
  const tasks = new Listr(steps, {
    rendererOptions: { showErrorMessage: false },
    fallbackRendererOptions: { logger: new StepLogger({ useIcons: true }) },
  });
  const { toolchain, services } = await tasks.run();
  return openSession(paths, toolchain, services);
}

/** Returns the closing message: what is running, how to reach it, and what to try next. */
async function summary(
  { services }: LocalSession,
  location: StackLocation,
  stateDirectory: string,
): Promise<string> {
  const { stack } = location;
  const databaseUrl = await projectDatabaseUrl(location, stateDirectory, services.supabase.endpoint);
  const rows: [string, string][] = [
    ["PostgreSQL", services.postgresql.version],
    ["Management API", services.supabase.endpoint],
    ["AWS, S3", `${services.aws.endpoint}, ${services.aws.s3Endpoint}`],
    ["Connect", `psql '${databaseUrl}'`],
    ["Preview", `npm run pulumi -- preview -s ${stack}`],
    ["Find drift", `npm run pulumi -- refresh -s ${stack} --preview-only --expect-no-changes`],
    ["Use your shell", `eval "$(npm run -s local:env)"`],
    ["Stop, remove", "npm run down"],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    pc.bold(`The local stack ${stack === "local" ? "" : `${stack} `}is up.`),
    ...rows.map(([label, text]) => `  ${pc.dim(label.padEnd(width))}  ${text}`),
  ].join("\n");
}
