import { UserError } from "../../foundation/userError";
import type { EnvironmentOutputs } from "./environmentFile";

/**
 * The stack outputs for each variable, in order of preference. A project with disabled legacy keys only has the new
 * ones, which Supabase's clients accept in the same places.
 */
const sources = {
  apiUrl: ["apiUrl"],
  anonKey: ["anonKey", "publishableKey"],
  serviceRoleKey: ["serviceRoleKey", "secretKey"],
  databaseUrl: ["databaseUrl"],
} as const satisfies Record<keyof EnvironmentOutputs, readonly string[]>;

/** What is missing if a project has neither of two keys. */
const keyNames: Readonly<Record<string, string>> = {
  anonKey: "neither a legacy anon key nor a publishable key",
  serviceRoleKey: "neither a legacy service_role key nor a secret key",
};

/**
 * Returns the outputs that an environment file needs.
 * @throws UserError for a stack that was never deployed, or a project without keys.
 */
export function environmentOutputs(
  stack: string,
  outputs: Readonly<Record<string, unknown>>,
): EnvironmentOutputs {
  const read = (wanted: keyof EnvironmentOutputs): string => {
    const values = sources[wanted].map((name) => outputs[name]);
    const value = values.find((text) => typeof text === "string" && text !== "");
    if (typeof value === "string") return value;
    const missing = keyNames[wanted];
    if (missing === undefined || typeof outputs.apiUrl !== "string") {
      throw new UserError(
        `Stack ${stack} has no output ${wanted}: run \`pulumi up --stack ${stack}\`, then this command again.`,
      );
    }
    throw new UserError(
      `The project of stack ${stack} has ${missing}: create one under "API keys" in the project's settings, run \`pulumi up --stack ${stack}\`, then this command again.`,
    );
  };
  return {
    apiUrl: read("apiUrl"),
    anonKey: read("anonKey"),
    serviceRoleKey: read("serviceRoleKey"),
    databaseUrl: read("databaseUrl"),
  };
}
