import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { UserError } from "../../foundation/userError";

const bridgedPackages: ReadonlySet<string> = new Set(["aws", "postgresql", "supabase"]);

const state = z.object({
  checkpoint: z.object({
    latest: z.object({
      resources: z
        .array(
          z.object({
            type: z.string(),
            id: z.string().optional(),
            outputs: z.record(z.string(), z.unknown()).optional(),
          }),
        )
        .nullish(),
    }),
  }),
});

/**
 * Refuses the official plugins for states that an earlier version of the stand-ins wrote. The official plugins find a
 * resource by the copy of its id in the outputs. Without the copy they would create a second project.
 * @throws UserError that names the stacks and the command that completes their states.
 */
export async function refuseIncompleteStates(stacksDirectory: string): Promise<void> {
  if (!existsSync(stacksDirectory)) return;
  const incomplete: string[] = [];
  for (const file of (await readdir(stacksDirectory)).filter((name) => name.endsWith(".json")).sort()) {
    if (lacksIds(await readFile(path.join(stacksDirectory, file), "utf8")))
      incomplete.push(file.slice(0, -5));
  }
  if (incomplete.length === 0) return;
  throw new UserError(
    `The state of ${incomplete.map((name) => `stack ${name}`).join(" and ")} was written by an earlier version of this repository, and the official plugins cannot find its resources: run \`npm start\` without --official-plugins once for each, which completes the state, then this command again.`,
  );
}

/** Returns whether a resource of a bridged package lacks the copy of its id. */
function lacksIds(text: string): boolean {
  const resources = state.parse(JSON.parse(text)).checkpoint.latest.resources ?? [];
  return resources.some(
    ({ type, id, outputs }) =>
      id !== undefined && bridgedPackages.has(type.slice(0, type.indexOf(":"))) && outputs?.id !== id,
  );
}
