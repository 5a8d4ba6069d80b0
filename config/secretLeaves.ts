import { secretKey } from "./keys";
import { stackSchema } from "./schema";
import { type Leaf, leavesOf, type Path, valueAt } from "./schemaTree";

/** A secret that the configuration declares. */
export interface SecretLeaf {
  /** Where it stands in the typed configuration, such as auth.smtp.password. */
  path: string[];
  /** The key it is set under, such as `thorbis-supabase:authSmtpPassword`. */
  key: string;
  description: string;
  /** The optional group it belongs to, such as auth.smtp: without the group the secret has no use. */
  optionalGroup?: string[] | undefined;
}

const toSecretLeaf = ({ path, description, optionalGroup }: Leaf): SecretLeaf => ({
  path,
  key: secretKey(path),
  description: description ?? "",
  optionalGroup,
});

/** Every secret leaf of the schema; the edge functions' secrets, which the configuration names, are not among them. */
export const staticSecretLeaves: readonly SecretLeaf[] = leavesOf(stackSchema)
  .filter((leaf) => leaf.secret)
  .map(toSecretLeaf);

/** Begins the keys of the secrets that edge functions read. */
export const functionSecretPrefix = secretKey(["functions", "secrets"]);

/** Whether a path leads to a secret of the edge functions. */
export const isFunctionSecret = (path: Path) =>
  path.length === 3 && path[0] === "functions" && path[1] === "secrets";

/** The secret leaves of one configuration: those of the schema, and one for each name in functions.secretNames. */
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

/** The secrets that this configuration cannot do without: those whose group, if it is an optional one, is configured. */
export function requiredSecretLeaves(areas: Record<string, unknown>): SecretLeaf[] {
  return secretLeaves(areas).filter(
    ({ optionalGroup }) => optionalGroup === undefined || valueAt(areas, optionalGroup) !== undefined,
  );
}
