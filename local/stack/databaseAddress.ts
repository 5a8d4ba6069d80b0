import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../foundation/userError";
import { stateFileOf } from "./deploy";
import type { PulumiCli } from "./pulumiCli";

const state = z.object({
  checkpoint: z.object({
    latest: z.object({
      resources: z
        .array(z.object({ type: z.string(), inputs: z.record(z.string(), z.unknown()).optional() }))
        .optional(),
    }),
  }),
});

/** The port on which the stack's last deployment found its database; undefined where it never came so far. */
export function databasePortInState(text: string): number | undefined {
  const provider = state
    .parse(JSON.parse(text))
    .checkpoint.latest.resources?.find(({ type }) => type === "pulumi:providers:postgresql");
  const port = Number(provider?.inputs?.port);
  return Number.isInteger(port) ? port : undefined;
}

/**
 * Tells the stack where its database listens now, after another program has taken the port that it had. A refresh
 * connects as the state says, to the old port, so this one deployment goes without.
 */
export async function followDatabase(
  cli: PulumiCli,
  options: {
    readonly stateDirectory: string;
    readonly stack: string;
    readonly databaseUrl: string | undefined;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const { stack, databaseUrl, say } = options;
  if (databaseUrl === undefined) return;
  const known = databasePortInState(await readFile(stateFileOf(options.stateDirectory, stack), "utf8"));
  const port = Number(new URL(databaseUrl).port);
  if (known === undefined || known === port) return;
  say(`PostgreSQL listens on port ${port}, because ${known} is no longer free: telling the stack.`);
  const exitCode = await cli.runInTerminal([
    "up",
    "--stack",
    stack,
    "--yes",
    "--skip-preview",
    "--refresh=false",
  ]);
  if (exitCode !== 0) {
    throw new UserError(
      `Stack ${stack} could not be told that its database listens on port ${port} now: see Pulumi's message above, then run \`npm start\` again.`,
      exitCode,
    );
  }
}
