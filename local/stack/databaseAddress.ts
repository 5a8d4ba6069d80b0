import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import * as z from "zod";
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

/** Returns the database port of the stack's last deployment; undefined if none got that far. */
export function databasePortInState(text: string): number | undefined {
  const provider = state
    .parse(JSON.parse(text))
    .checkpoint.latest.resources?.find(({ type }) => type === "pulumi:providers:postgresql");
  const port = Number(provider?.inputs?.port);
  return Number.isInteger(port) ? port : undefined;
}

/** Returns the port in a stack's state and the database's current port; undefined if they are equal. */
export async function findMovedDatabase(
  stateDirectory: string,
  stack: string,
  port: number | undefined,
): Promise<{ readonly known: number; readonly port: number } | undefined> {
  const file = stateFileOf(stateDirectory, stack);
  if (port === undefined || !existsSync(file)) return undefined;
  const known = databasePortInState(await readFile(file, "utf8"));
  return known === undefined || known === port ? undefined : { known, port };
}

/**
 * Updates the database port in the stack's state, after another program has taken the old port. This deployment runs without
 * a refresh, which would connect to the old port.
 */
export async function followDatabase(
  cli: PulumiCli,
  options: {
    readonly stateDirectory: string;
    readonly stack: string;
    readonly port: number | undefined;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const { stateDirectory, stack, port, say } = options;
  const moved = await findMovedDatabase(stateDirectory, stack, port);
  if (moved === undefined) return;
  say(`PostgreSQL listens on port ${moved.port}, because ${moved.known} is in use: updating the stack.`);
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
      `Stack ${stack} could not be updated to port ${moved.port} of its database: see Pulumi's message above, then run \`npm start\` again.`,
      exitCode,
    );
  }
}
