import { closest, distance } from "fastest-levenshtein";
import { shellQuote, shellWord } from "../foundation/shellQuote";
import { configNamespace, stackSchema } from "./schema";
import { inspectSchema, type Path, schemaAt } from "./schemaTree";

/** Formats a path as for `pulumi config --path`: `backup.retentionDays.daily`, `network.allowedCidrs[0]`. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

/** Returns the key of a plain leaf as the user types it: `thorbis-supabase:backup.retentionDays.daily`. */
export const plainKey = (path: Path) => `${configNamespace}:${formatPath(path)}`;

/**
 * Returns the key of a secret leaf: `thorbis-supabase:authSmtpPassword` for auth.smtp.password. A secret has its own
 * key, because the engine only reports which whole keys are secret (docs/adr/0001-secrets-have-their-own-keys.md).
 */
export function secretKey(path: Path): string {
  const [first = "", ...rest] = path.map(String);
  return `${configNamespace}:${first}${rest.map((step) => step.charAt(0).toUpperCase() + step.slice(1)).join("")}`;
}

/** Returns the command that sets a plain leaf, with a valid value or a placeholder. */
export function setCommand(stack: string, path: Path, value?: string | number | boolean): string {
  return `pulumi config set --stack ${stack} --path ${shellQuote(plainKey(path))} ${shellWord(String(value ?? exampleAt(path)))}`;
}

/** Returns the command that sets a secret. It prompts for the value, which keeps it out of the shell's history. */
export const setSecretCommand = (stack: string, path: Path) =>
  `pulumi config set --stack ${stack} --secret ${secretKey(path)}`;

export const removeCommand = (stack: string, path: Path) =>
  `pulumi config rm --stack ${stack} --path ${shellQuote(plainKey(path))}`;

export const removeKeyCommand = (stack: string, key: string) =>
  `pulumi config rm --stack ${stack} ${shellQuote(key)}`;

/** Returns a valid value of a leaf: its default, its example, or a placeholder for its type. */
function exampleAt(path: Path): string | number | boolean {
  const schema = schemaAt(stackSchema, typeof path.at(-1) === "number" ? path.slice(0, -1) : path);
  if (schema === undefined) return "<value>";
  const node = inspectSchema(schema);
  if (["string", "number", "boolean"].includes(typeof node.defaultValue))
    return node.defaultValue as string | number | boolean;
  return node.example ?? "<value>";
}

/**
 * Returns the known name that an unknown one most likely stands for. If more than a third of the letters differ, it is
 * not a typing error, and a wrong guess is worse than none.
 */
export function nearest(unknown: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(
    unknown.toLowerCase(),
    known.map((name) => name.toLowerCase()),
  );
  const limit = Math.max(1, Math.floor(Math.max(unknown.length, candidate.length) / 3));
  if (distance(unknown.toLowerCase(), candidate) > limit) return undefined;
  return known.find((name) => name.toLowerCase() === candidate);
}
