import { Argument, Command } from "commander";
import { checkoutRoot } from "../foundation/checkout";
import { runCommandLine } from "../foundation/commandLine";
import { down } from "./commands/down";
import { printEnvironment } from "./commands/env";
import { type Operation, operate, operations } from "./commands/operate";
import { pulumi } from "./commands/pulumi";
import { type StartOptions, start } from "./commands/start";
import { supabase } from "./commands/supabase";
import { type TestOptions, test } from "./commands/test";
import { explainDiskError } from "./diskErrors";
import { localPaths } from "./environment";

const program = new Command("local").description(
  "The local stack: the real engine and a real PostgreSQL on this machine.",
);
const paths = localPaths(checkoutRoot());

program
  .command("start")
  .description("start everything and deploy the stack `local`")
  .option("--like <environment>", "deploy a local copy of an environment, with its own configuration")
  .option("--official-plugins", "use the official plugins, downloaded by the CLI, instead of our stand-ins")
  .option("--postgresql <major>", "create the databases with this version of PostgreSQL: 15, 16 or 17")
  .action((options: StartOptions) => start(paths, options));
program
  .command("down")
  .description("stop everything and delete its data")
  .action(() => down(paths));
program
  .command("env")
  .description("print `export` lines for a shell")
  .action(() => printEnvironment(paths));
program
  .command("pulumi")
  .description("run a command of the Pulumi CLI on the local stack")
  .allowUnknownOption()
  .helpOption(false)
  .argument("[args...]")
  .action(async (args: string[]) => {
    process.exitCode = await pulumi(paths, args);
  });

program
  .command("test")
  .description("run the tests; further arguments go to vitest")
  .option("--postgresql <major>", "run them on this version of PostgreSQL: 15, 16 or 17")
  .allowUnknownOption()
  .helpOption(false)
  .argument("[args...]")
  .action(async (args: string[], options: TestOptions) => {
    process.exitCode = await test(checkoutRoot(), args, options);
  });

program
  .command("operate")
  .description("run a program of ops/ with the Pulumi CLI on its PATH")
  .allowUnknownOption()
  .helpOption(false)
  .addArgument(new Argument("<program>").choices(operations))
  .argument("[args...]")
  .action(async (operation: Operation, args: string[]) => {
    process.exitCode = await operate(paths, operation, args);
  });

program
  .command("backup")
  .description("run the backup program as the scheduled task would")
  .allowUnknownOption()
  .helpOption(false)
  .argument("[args...]")
  .action(async (args: string[]) => {
    // Only this command loads the AWS clients.
    const { backup } = await import("./commands/backup");
    process.exitCode = await backup(paths, args);
  });

program
  .command("probe")
  .description("run the database probe once, as the scheduled function would")
  .action(async () => {
    // Loads the AWS clients, like the command above.
    const { probe } = await import("./commands/probe");
    process.exitCode = await probe(paths);
  });

program
  .command("supabase")
  .description("run a command of the official Supabase CLI on the local stack")
  .allowUnknownOption()
  .helpOption(false)
  .argument("[args...]")
  .action(async (args: string[]) => {
    process.exitCode = await supabase(paths, args);
  });

/** The npm scripts that are not named after their command, or not called by `npm run`. */
const scripts: Readonly<Record<string, string>> = {
  start: "npm start",
  test: "npm test",
  env: "npm run local:env",
};

void runCommandLine(program, {
  calledAs: (command) => `${scripts[command.name()] ?? `npm run ${command.name()}`} --`,
  explain: explainDiskError,
});
