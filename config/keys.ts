import { closest, distance } from "fastest-levenshtein";
import { shellQuote, shellWord } from "../foundation/shellQuote";
import { configNamespace, stackSchema } from "./schema";
import { inspectSchema, type Path, schemaAt } from "./schemaTree";

/** `backup.retentionDays.daily`, `network.allowedCidrs[0]`: a path as `pulumi config --path` spells it. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

/** `thorbis-supabase:backup.retentionDays.daily`: the key of a plain leaf as the user types it. */
export const plainKey = (path: Path) => `${configNamespace}:${formatPath(path)}`;

/**
 * `thorbis-supabase:authSmtpPassword` for auth.smtp.password: the key of a secret leaf. A secret has a key of its own because only
 * for whole keys does the engine tell a program what was secret (docs/adr/0001-secrets-have-their-own-keys.md).
 */
export function secretKey(path: Path): string {
  const [first = "", ...rest] = path.map(String);
  return `${configNamespace}:${first}${rest.map((step) => step.charAt(0).toUpperCase() + step.slice(1)).join("")}`;
}

/** The command that sets a plain leaf, with a value that would do or a placeholder. */
export function setCommand(stack: string, path: Path, value?: string | number | boolean): string {
  return `pulumi config set --stack ${stack} --path ${shellQuote(plainKey(path))} ${shellWord(String(value ?? exampleAt(path)))}`;
}

/** The command that sets a secret; the text is asked for, so that it stays out of the shell's history. */
export const setSecretCommand = (stack: string, path: Path) =>
  `pulumi config set --stack ${stack} --secret ${secretKey(path)}`;

export const removeCommand = (stack: string, path: Path) =>
  `pulumi config rm --stack ${stack} --path ${shellQuote(plainKey(path))}`;

export const removeKeyCommand = (stack: string, key: string) =>
  `pulumi config rm --stack ${stack} ${shellQuote(key)}`;

/** A value that a leaf takes: its default, its example, or a placeholder that says what kind it is. */
function exampleAt(path: Path): string | number | boolean {
  const schema = schemaAt(stackSchema, typeof path.at(-1) === "number" ? path.slice(0, -1) : path);
  if (schema === undefined) return "<value>";
  const node = inspectSchema(schema);
  if (["string", "number", "boolean"].includes(typeof node.defaultValue))
    return node.defaultValue as string | number | boolean;
  return node.example ?? "<value>";
}

/**
 * The known name that an unknown one was most likely meant to be. A name that needs more than a third of its letters changed
 * is no typing error, and a wrong guess is worse than none.
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
