import * as z from "zod";
import { UserError } from "../foundation/userError";
import { accountProject, accountSetUp } from "./declaredAccount";
import { awsResources, type StackResource } from "./resource";

const json = z.record(z.string(), z.json());

/** The part of an exported state that the audit reads. */
const exported = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          id: z.string().optional(),
          /** True for the old resource of an interrupted replacement. */
          delete: z.boolean().optional(),
          inputs: json.optional(),
          outputs: json.optional(),
        }),
      )
      .optional(),
  }),
});

/** The AWS part of a stack, as its state describes it. */
export interface ExportedStack {
  /**
   * Name of the environment, or of the account's set-up. A local copy of an environment, such as `like-prod`, has the
   * environment's waivers.
   */
  readonly stack: string;
  readonly resources: readonly StackResource[];
}

/**
 * Returns the AWS resources of an exported state. Secrets in it stay encrypted and are not passed on.
 * @throws UserError for a file that is not an exported state
 */
export function exportedStack(file: string, text: string): ExportedStack {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notExported(file);
  }
  const state = exported.safeParse(value);
  if (!state.success) throw notExported(file);
  const states = state.data.deployment.resources ?? [];
  const resources = states
    .filter((state) => state.delete !== true)
    .map(({ urn, type, id = "", inputs = {}, outputs = {} }) => ({
      type,
      name: urn.split("::").at(-1) ?? urn,
      inputs,
      outputs: { ...outputs, id },
    }));
  // urn:pulumi:<stack>::<project>::<types>::<name>
  const [, stack, project] = /^urn:pulumi:(?:like-)?(.+?)::(.+?)::/.exec(states[0]?.urn ?? "") ?? [];
  if (stack === undefined) throw notExported(file);
  return { stack: project === accountProject ? accountSetUp : stack, resources: awsResources(resources) };
}

function notExported(file: string): UserError {
  return new UserError(
    `${file} is not an exported stack state: write it with \`npm run -s pulumi -- stack export --stack <stack> --file ${file}\`, then run the command again.`,
  );
}
