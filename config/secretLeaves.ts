import { secretKey } from "./keys";
import { stackSchema } from "./schema";
import { type Leaf, leavesOf, type Path, valueAt } from "./schemaTree";

/** A secret that the configuration declares. */
export interface SecretLeaf {
  /** The path in the typed configuration, such as auth.smtp.password. */
  path: string[];
  /** The key under which it is set, such as `thorbis-supabase:authSmtpPassword`. */
  key: string;
  description: string;
  /** The optional group to which it belongs, such as auth.smtp. Without the group, the secret is not used. */
  optionalGroup?: string[] | undefined;
}

const toSecretLeaf = ({ path, description, optionalGroup }: Leaf): SecretLeaf => ({
  path,
  key: secretKey(path),
  description: description ?? "",
  optionalGroup,
});

/**
 * All secret leaves of the schema. It does not include the secrets of edge functions, which the configuration names.
 */
export const staticSecretLeaves: readonly SecretLeaf[] = leavesOf(stackSchema)
  .filter((leaf) => leaf.secret)
  .map(toSecretLeaf);

/** The prefix of the keys of edge function secrets. */
export const functionSecretPrefix = secretKey(["functions", "secrets"]);

/** Returns whether a path leads to a secret of the edge functions. */
export const isFunctionSecret = (path: Path) =>
  path.length === 3 && path[0] === "functions" && path[1] === "secrets";

/**
 * Returns the secret leaves of a configuration: those of the schema, and one for each name in functions.secretNames.
 */
export function secretLeaves(areas: Record<string, unknown>): SecretLeaf[] {
  const names = valueAt(areas, ["functions", "secretNames"]);
  const functionSecrets = (Array.isArray(names) ? names : [])
    .filter((name): name is string => typeof name === "string" && /^[A-Z][A-Z0-9_]*$/.test(name))
    .map((name) => {
      const path = ["functions", "secrets", name];
      return { path, key: secretKey(path), description: `Secret ${name} of the edge functions.` };
    });
  return [...staticSecretLeaves, ...functionSecrets];
}

/** Returns the required secrets of this configuration: those whose group, if optional, is configured. */
export function requiredSecretLeaves(areas: Record<string, unknown>): SecretLeaf[] {
  return secretLeaves(areas).filter(
    ({ optionalGroup }) => optionalGroup === undefined || valueAt(areas, optionalGroup) !== undefined,
  );
}
