import { setMaxListeners } from "node:events";
import { Command, InvalidArgumentError, Option } from "commander";
import { backupEvents } from "../foundation/backupContract";
import { runCommandLine } from "../foundation/commandLine";
import { UserError } from "../foundation/userError";
import { age } from "./commands/age";
import { checkpoint } from "./commands/checkpoint";
import { drill } from "./commands/drill";
import { list } from "./commands/list";
import { prune } from "./commands/prune";
import { restore } from "./commands/restore";
import { describeCompleted, run } from "./commands/run";
import { verify } from "./commands/verify";
import type { CommandContext } from "./context";
import { exitCodes } from "./exitCodes";
import { progressToStandardError } from "./output";
import { removeDriverVariables } from "./postgres/connect";
import { toolVersion } from "./version";

/**
 * Returns a signal that ends the work cleanly when the container is stopped, the user presses Ctrl+C, or the
 * terminal is closed.
 */
function interruption(): AbortSignal {
  const controller = new AbortController();
  // Every request, upload and child process listens; each command limits their number.
  setMaxListeners(0, controller.signal);
  const endings = {
    SIGTERM: exitCodes.terminated,
    SIGINT: exitCodes.interrupted,
    SIGHUP: exitCodes.hungUp,
  } as const;
  for (const [signal, exitCode] of Object.entries(endings)) {
    process.on(signal, () => {
      controller.abort(new UserError(`Stopped by ${signal}; incomplete work is rolled back.`, exitCode));
    });
  }
  return controller.signal;
}

/** Additional text of `--help`; exit codes as in exitCodes.ts. */
const surroundings = `
Environment:
  AWS_REGION, BACKUP_BUCKET               where the backups are, and AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_S3 and so on for the AWS SDK
  PGHOST, PGPORT, PGDATABASE, PGUSER,     the database to back up (run, checkpoint)
  PGPASSWORD, PGSSLMODE, PGSSLROOTCERT
  RESTORE_DATABASE_URL                    the target of a restore: postgresql://user:password@host:port/database?sslmode=verify-full
  BACKUP_PARALLEL_DUMPS                   sessions at once (default 4)
  See the program's README.md for the others.

Exit codes:
  ${Object.entries(exitCodes)
    .map(([name, code]) => `${code} ${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`)
    .join(", ")}`;

function program(context: CommandContext): Command {
  const backup = new Command("backup")
    .description("Backs up a Supabase database to S3, verifies and restores what it has backed up.")
    .version(toolVersion)
    .addHelpText("after", surroundings);
  backup
    .command("run")
    .description("make a backup and read it back")
    .action(async () => {
      const { manifest, percentOfPrevious } = await run(context);
      context.print(JSON.stringify(describeCompleted({ manifest, percentOfPrevious })));
    });
  backup
    .command("list")
    .description("list the backups, oldest first")
    .option("--all", "also runs without a manifest: interrupted, or still running")
    .option("--json", "as JSON")
    .action(async (options) => void (await list(options, context)));
  backup
    .command("verify")
    .description("read every byte of a backup and compare it with its manifest")
    .argument("[run]", "name of the backup (default: the newest)")
    .option("--all", "every backup")
    .option("--json", "as JSON")
    .action(async (name, options) => void (await verify({ ...options, run: name }, context)));
  backup
    .command("restore")
    .description("restore a backup into the database that RESTORE_DATABASE_URL names")
    .argument("[run]", "name of the backup (default: the newest)")
    .option("--replace <database>", "first remove all objects of the application from the target")
    .option("--into-source <database>", "allow the target to be the database that was backed up")
    .action(async (name, options) => {
      const { run: restored, tables } = await restore({ ...options, run: name }, context);
      context.print(JSON.stringify({ event: backupEvents.restored, run: restored, tables: tables.length }));
    });
  backup
    .command("drill")
    .description("restore a backup into a temporary server and store a receipt in the bucket")
    .argument("[run]", "name of the backup (default: the newest)")
    .action(async (name) => void (await drill({ run: name }, context)));
  backup
    .command("prune")
    .description("list the backups that the retention no longer keeps, and delete them with --confirm")
    .addOption(
      count("--daily-days <days>", "keep every backup for this many days", "BACKUP_RETENTION_DAILY_DAYS"),
    )
    .addOption(
      count(
        "--weekly-days <days>",
        "keep the newest backup of each week for this many days",
        "BACKUP_RETENTION_WEEKLY_DAYS",
      ),
    )
    .addOption(
      count(
        "--monthly-days <days>",
        "keep the newest backup of each month for this many days",
        "BACKUP_RETENTION_MONTHLY_DAYS",
      ),
    )
    .addOption(
      count(
        "--minimum <count>",
        "number of intact backups to keep regardless of age",
        "BACKUP_MINIMUM_REDUNDANCY",
      ),
    )
    .option("--confirm", "delete")
    .action(async (options) => void (await prune(options, context)));
  backup
    .command("age")
    .description("print the ages of the newest backup and of the last passed drill, as one line of JSON")
    .action(async () => void (await age({}, context)));
  backup
    .command("checkpoint")
    .description("mark the current moment before a critical change, to be able to return to it")
    .argument("<name>", "1 to 20 characters, such as before-release-42")
    .option("--description <text>", "the change that follows")
    .action(async (name, options) => void (await checkpoint({ ...options, name }, context)));
  return backup;
}

/** Returns an option for an integer of 1 or more, which overrides an environment variable. */
function count(flags: string, description: string, variable: string): Option {
  return new Option(flags, `${description} (default: ${variable})`).argParser((text) => {
    if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
    throw new InvalidArgumentError("It must be a whole number of 1 or more.");
  });
}

/**
 * Ignores errors of standard output: a reader such as `head` may close it, or its disk may be full, which must not end
 * a backup or a restore.
 */
function surviveLostReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      if (code !== "EPIPE") process.exitCode = exitCodes.usage;
    });
  }
}

async function main(): Promise<void> {
  surviveLostReaders();
  removeDriverVariables(process.env);
  const context: CommandContext = {
    environment: process.env,
    signal: interruption(),
    progress: progressToStandardError,
    print: (text) => void process.stdout.write(`${text}\n`),
  };
  await runCommandLine(program(context), { failureCode: exitCodes.usage });
}

void main();
