import { Command } from "commander";
import { describeError, UserError } from "../foundation/userError";
import { list } from "./commands/list";
import { restore } from "./commands/restore";
import { run } from "./commands/run";
import { verify } from "./commands/verify";
import type { CommandContext } from "./context";
import { exitCodes } from "./exitCodes";
import { progressToStandardError } from "./output";
import { toolVersion } from "./version";

/** Ends the work in order when the container is stopped or somebody types ^C. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const endings = { SIGTERM: exitCodes.terminated, SIGINT: exitCodes.interrupted } as const;
  for (const [signal, exitCode] of Object.entries(endings)) {
    process.on(signal, () => {
      controller.abort(new UserError(`Ended by ${signal}; what was begun is undone.`, exitCode));
    });
  }
  return controller.signal;
}

function program(context: CommandContext): Command {
  const backup = new Command("backup")
    .description("Backs up a Supabase database to S3, verifies and restores what it has backed up.")
    .version(toolVersion)
    .showHelpAfterError("Run `backup --help` for the commands.");
  backup
    .command("run")
    .description("make a backup and read it back")
    .action(async () => {
      const { run: name, objects, tables } = await run(context);
      const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
      // One line that a metric filter of the log can read.
      context.print(JSON.stringify({ event: "backup completed", run: name, bytes, tables: tables.length }));
    });
  backup
    .command("list")
    .description("list the backups, oldest first")
    .option("--all", "also runs without a manifest: interrupted, or still going on")
    .option("--json", "as JSON")
    .action(async (options) => void (await list(options, context)));
  backup
    .command("verify")
    .description("read every byte of a backup and compare it with its manifest")
    .argument("[run]", "name of the backup; the newest when left out")
    .option("--all", "every backup")
    .option("--json", "as JSON")
    .action(async (name, options) => void (await verify({ ...options, run: name }, context)));
  backup
    .command("restore")
    .description("restore a backup into the empty database that RESTORE_DATABASE_URL names")
    .argument("[run]", "name of the backup; the newest when left out")
    .option("--into-source <database>", "allow that it is the database that the backup was taken of, emptied")
    .action(async (name, options) => {
      const { run: restored, tables } = await restore({ ...options, run: name }, context);
      context.print(JSON.stringify({ event: "backup restored", run: restored, tables: tables.length }));
    });
  return backup;
}

async function main(): Promise<void> {
  const context: CommandContext = {
    environment: process.env,
    signal: interruption(),
    progress: progressToStandardError,
    print: (text) => void process.stdout.write(`${text}\n`),
  };
  try {
    await program(context).parseAsync();
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = error instanceof UserError ? error.exitCode : exitCodes.usage;
  }
}

void main();
