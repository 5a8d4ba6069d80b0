// Prints the .env file of an application for a stack, or writes it to a file that only its owner can read.
//   npm run env -- dev [--out .env.dev]
import { chmodSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import * as z from "zod";
import { parseStackConfig } from "../../config/parse";
import { givenPath, namedStack, run, type StackOption } from "../commandLine";
import { pulumiOutput } from "../pulumiCommand";
import { renderEnvironmentFile } from "./environmentFile";
import { environmentOutputs } from "./stackOutputs";

const configuration = z.record(z.string(), z.object({ value: z.string().optional(), secret: z.boolean() }));
const stackOutputs = z.record(z.string(), z.unknown());

async function pulumiJson(...args: string[]): Promise<unknown> {
  return JSON.parse(await pulumiOutput([...args, "--json", "--show-secrets"], { script: "env" }));
}

async function main({ stack, out }: { stack: string; out?: string }): Promise<void> {
  const entries = configuration.parse(await pulumiJson("config", "--stack", stack));
  const outputs = stackOutputs.parse(await pulumiJson("stack", "output", "--stack", stack));
  const config = parseStackConfig({
    stack,
    values: Object.fromEntries(Object.entries(entries).map(([key, { value }]) => [key, value ?? ""])),
    secretKeys: Object.keys(entries).filter((key) => entries[key]?.secret),
  });
  const text = renderEnvironmentFile(config, environmentOutputs(stack, outputs));
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  writeFileSync(out, text, { mode: 0o600 });
  // `mode` only applies to a new file.
  chmodSync(out, 0o600);
}

run(
  new Command("env")
    .description("Renders the environment file of an application from a stack's configuration and outputs.")
    .argument("[stack]", "the stack")
    .option("-s, --stack <name>", "the same")
    .option("--out <file>", "write to a file instead of standard output")
    .action(async (argument: string | undefined, options: StackOption & { out?: string }) => {
      const stack = namedStack(argument, options, "env");
      await main(options.out === undefined ? { stack } : { stack, out: givenPath(options.out) });
    }),
);
