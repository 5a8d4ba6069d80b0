import { Listr } from "listr2";
import pc from "picocolors";
import { withCommandLock } from "../commandLock";
import { validateConfigFile } from "../configFile";
import type { LocalPaths } from "../environment";
import type { Cluster } from "../services/postgres";
import { type LocalSession, openSession, prepareDatabase, prepareEngine } from "../session";
import { deploy, ensureStack, wasCutOff } from "../stack/deploy";
import { recover } from "../stack/recover";
import type { Toolchain } from "../toolchain";

const stack = "local";

/** `npm start`: from whatever state this machine is in to a running, deployed local stack. */
export async function start(paths: LocalPaths): Promise<void> {
  // Before anything is installed, started or changed.
  validateConfigFile(paths.checkout, stack);
  await withCommandLock(paths.directory, "start", async () => {
    const session = await prepare(paths);
    await ensureStack(session.pulumi, paths.state, stack);
    await recover(session.pulumi, {
      directory: paths.directory,
      wasCutOff: wasCutOff(paths.directory, stack),
      stateDirectory: paths.state,
      stack,
      databaseUrl: session.databaseUrl,
      say: (line) => void process.stdout.write(`${line}\n`),
    });
    await deploy(session.pulumi, paths.directory, stack);
    process.stdout.write(`\n${summary(session)}\n`);
  });
}

/** Installs what is missing and starts the services, showing how far it has got. */
async function prepare(paths: LocalPaths): Promise<LocalSession> {
  const tasks = new Listr<{ toolchain: Toolchain; cluster: Cluster }>([
    {
      title: "Pulumi engine",
      task: async (context, task) => {
        context.toolchain = await prepareEngine(paths, (line) => {
          task.output = line;
        });
        task.title = `Pulumi engine ${context.toolchain.version} (${context.toolchain.source})`;
      },
    },
    {
      title: "PostgreSQL, shaped like a hosted Supabase project",
      task: async (context, task) => {
        context.cluster = await prepareDatabase(paths, (line) => {
          task.output = line;
        });
        task.title += ` on 127.0.0.1:${context.cluster.port}`;
      },
    },
  ]);
  const { toolchain, cluster } = await tasks.run();
  return openSession(paths, toolchain, cluster);
}

/** What came up, how to reach it, and what to try next. */
function summary({ databaseUrl }: LocalSession): string {
  const rows: [string, string][] = [
    ["Connect", `psql '${databaseUrl}'`],
    ["Preview", `npm run pulumi -- preview -s ${stack}`],
    ["Find drift", `npm run pulumi -- refresh -s ${stack} --preview-only --expect-no-changes`],
    ["Use your shell", `eval "$(npm run -s local:env)"`],
    ["Stop, remove", "npm run down"],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    pc.bold("The local stack is up."),
    ...rows.map(([label, text]) => `  ${pc.dim(label.padEnd(width))}  ${text}`),
  ].join("\n");
}
