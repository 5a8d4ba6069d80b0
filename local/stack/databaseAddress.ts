import { existsSync } from "node:fs";
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

/** The port that a stack knows and the one on which its database listens now, where they differ. */
export async function findMovedDatabase(
  stateDirectory: string,
  stack: string,
  databaseUrl: string | undefined,
): Promise<{ readonly known: number; readonly port: number } | undefined> {
  const file = stateFileOf(stateDirectory, stack);
  if (databaseUrl === undefined || !existsSync(file)) return undefined;
  const known = databasePortInState(await readFile(file, "utf8"));
  const port = Number(new URL(databaseUrl).port);
  return known === undefined || known === port ? undefined : { known, port };
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
  const { stateDirectory, stack, databaseUrl, say } = options;
  const moved = await findMovedDatabase(stateDirectory, stack, databaseUrl);
  if (moved === undefined) return;
  say(
    `PostgreSQL listens on port ${moved.port}, because ${moved.known} is no longer free: telling the stack.`,
  );
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
      `Stack ${stack} could not be told that its database listens on port ${moved.port} now: see Pulumi's message above, then run \`npm start\` again.`,
      exitCode,
    );
  }
}
