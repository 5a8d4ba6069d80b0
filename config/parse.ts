import { type Issue, issuesError, issuesOfZod, missingSecret, sortIssues, unknownKeyIssue } from "./issues";
import { nearest, plainKey, removeCommand, removeKeyCommand, setSecretCommand } from "./keys";
import { rules } from "./rules";
import { allowedAccountIssues } from "./rules/allowedAccounts";
import { type Deployment, deploymentIssues } from "./rules/deployment";
import { areaNames, configNamespace, type ParsedStackConfig, stackSchema } from "./schema";
import { isPlainObject, type Lenient, type Path, parseLeniently, valueAt } from "./schemaTree";
import {
  functionSecretPrefix,
  isFunctionSecret,
  requiredSecretLeaves,
  type SecretLeaf,
  secretLeaves,
} from "./secretLeaves";
import { SecretText } from "./secretText";

/** The input that the engine gives a program. */
export interface ConfigInput {
  /** The name of the stack. */
  stack: string;
  /** Full key → value as a string; objects and lists as JSON (`PULUMI_CONFIG`). */
  values: Readonly<Record<string, string>>;
  /** The keys whose value is or contains a secret (`PULUMI_CONFIG_SECRET_KEYS`). */
  secretKeys: readonly string[];
}

/**
 * Parses the configuration of a stack, or throws one UserError with every issue. It needs no engine. With `deployment`,
 * the issues include what a deployment from there lacks.
 */
export function parseStackConfig(
  input: ConfigInput,
  deployment?: Omit<Deployment, "values">,
): ParsedStackConfig {
  const { config, issues } = checkStackConfig(input, deployment);
  if (config === undefined) throw issuesError(input.stack, issues);
  return config;
}

/** Returns the configuration or all issues. */
export function checkStackConfig(
  input: ConfigInput,
  deployment?: Omit<Deployment, "values">,
): { config?: ParsedStackConfig; issues: Issue[] } {
  const { areas, issues } = readAreas(input);
  const leaves = secretLeaves(areas);
  issues.push(
    ...unknownKeys(input, leaves),
    ...providerSecrets(input),
    ...takeOutPlainSecrets(input, areas, leaves),
  );
  issues.push(...secretsInAreas(input, issues), ...insertSecrets(input, areas, leaves));

  const parsed = stackSchema.safeParse(areas);
  // A secret that was rejected, in plain text or inside its area's object, is not also missing.
  const refused = new Set(issues.map((issue) => issue.refusedSecret));
  for (const issue of parsed.error?.issues ?? [])
    issues.push(...issuesOfZod(input.stack, issue, areas).filter((issue) => !refused.has(issue.key)));
  const view = parseLeniently(stackSchema, areas) as Lenient<ParsedStackConfig>;
  const context = { stack: input.stack, config: view };
  for (const rule of rules) issues.push(...rule(context));
  issues.push(...allowedAccountIssues(context, input.values));
  if (deployment !== undefined)
    issues.push(...deploymentIssues(context, { ...deployment, values: input.values }));

  return parsed.success && issues.length === 0
    ? { config: parsed.data, issues: [] }
    : { issues: sortIssues(issues) };
}

/** Returns the secrets that a stack with these plain values needs, with the command that sets each. */
export function requiredSecrets(input: ConfigInput): (SecretLeaf & { command: string })[] {
  return requiredSecretLeaves(readAreas(input).areas).map((leaf) => ({
    ...leaf,
    command: setSecretCommand(input.stack, leaf.path),
  }));
}

/** Returns the decoded objects of the areas. An omitted area is an empty one, so each missing leaf is named. */
function readAreas({ stack, values }: ConfigInput): {
  areas: Record<string, unknown>;
  issues: Issue[];
} {
  const issues: Issue[] = [];
  const areas: Record<string, unknown> = {};
  for (const area of areaNames) {
    const key = `${configNamespace}:${area}`;
    const text = Object.hasOwn(values, key) ? values[key] : undefined;
    areas[area] = text === undefined ? {} : decodeObject(text);
    const command = removeKeyCommand(stack, key);
    if (areas[area] === undefined) {
      areas[area] = {};
      issues.push({ key, message: "must be an object", command });
    }
  }
  return { areas, issues };
}

function decodeObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    // The parser's message quotes its input.
    return undefined;
  }
}

/** Namespaces that other packages of this stack read. */
const foreignNamespaces = ["aws", "supabase", "postgresql", "pulumi"];

function unknownKeys({ stack, values }: ConfigInput, leaves: readonly SecretLeaf[]): Issue[] {
  const known = [...areaNames.map((area) => `${configNamespace}:${area}`), ...leaves.map((leaf) => leaf.key)];
  const issues: Issue[] = [];
  for (const key of Object.keys(values)) {
    const [namespace = "", ...rest] = key.split(":");
    const command = removeKeyCommand(stack, key);
    if (namespace !== configNamespace) {
      const near = foreignNamespaces.includes(namespace) ? undefined : nearest(namespace, [configNamespace]);
      if (near !== undefined)
        issues.push({ key, message: `is not a known key; did you mean ${near}:${rest.join(":")}?`, command });
    } else if (key.startsWith(functionSecretPrefix) && !known.includes(key)) {
      const name = key.slice(functionSecretPrefix.length);
      const message = `is not used; functions.secretNames does not list ${name}`;
      issues.push({ key, message, command });
    } else if (!known.includes(key)) {
      const name = key.slice(configNamespace.length + 1);
      const near = nearest(
        name,
        known.map((full) => full.slice(configNamespace.length + 1)),
      );
      const hint = near === undefined ? "" : `; did you mean ${configNamespace}:${near}?`;
      issues.push({ key, message: `is not a known key${hint}`, command });
    }
  }
  return issues;
}

/** Provider keys that must not be in a stack file in plain text. */
const providerSecretKeys = [
  "aws:accessKey",
  "aws:secretKey",
  "aws:token",
  "supabase:accessToken",
  "postgresql:password",
];

function providerSecrets({ stack, values, secretKeys }: ConfigInput): Issue[] {
  return providerSecretKeys
    .filter((key) => Object.hasOwn(values, key) && !secretKeys.includes(key))
    .map((key) => ({
      key,
      message: "is a secret but was given in plain text",
      command: `pulumi config set --stack ${stack} --secret ${key}`,
    }));
}

/** Refuses secret leaves inside their area's object, and removes them so that later steps do not report them again. */
function takeOutPlainSecrets(
  { stack }: ConfigInput,
  areas: Record<string, unknown>,
  leaves: readonly SecretLeaf[],
): Issue[] {
  const issues: Issue[] = [];
  for (const { path, key } of leaves) {
    if (valueAt(areas, path) === undefined) continue;
    const group = valueAt(areas, path.slice(0, -1)) as Record<string, unknown>;
    delete group[path.at(-1) ?? ""];
    const command = `${removeCommand(stack, path)} && ${setSecretCommand(stack, path)}`;
    const message = `is a secret and has its own key: ${key}`;
    issues.push({ key: plainKey(path), message, command, refusedSecret: key });
  }
  const functions = areas.functions;
  if (isPlainObject(functions) && Object.hasOwn(functions, "secrets")) {
    delete functions.secrets;
    const path = ["functions", "secrets"];
    if (!issues.some((issue) => issue.key.startsWith(`${plainKey(path)}.`)))
      issues.push(unknownKeyIssue(stack, path, ["secretNames"]));
  }
  return issues;
}

/**
 * Refuses `--secret --path` inside an area. The engine does not report which part of the object was secret, so that
 * part would become plain text. If it is a known secret leaf, its own issue already covers it.
 */
function secretsInAreas({ stack, secretKeys }: ConfigInput, known: readonly Issue[]): Issue[] {
  return areaNames
    .filter((area) => secretKeys.includes(plainKey([area])))
    .filter(
      (area) =>
        !known.some(
          (issue) => issue.refusedSecret !== undefined && issue.key.startsWith(`${plainKey([area])}.`),
        ),
    )
    .map((area) => ({
      key: plainKey([area]),
      message:
        "contains a value that was set with --secret but is not one of the secrets; set it again without",
      command: `pulumi config set --stack ${stack} --path '${plainKey([area])}.<name>' '<value>'`,
    }));
}

/** Assigns each secret to its leaf. A secret in plain text or without use is an issue. */
function insertSecrets(
  { stack, values, secretKeys }: ConfigInput,
  areas: Record<string, unknown>,
  leaves: readonly SecretLeaf[],
): Issue[] {
  const issues: Issue[] = [];
  for (const { path, key, optionalGroup } of leaves) {
    const text = Object.hasOwn(values, key) ? values[key] : undefined;
    if (text === undefined) {
      // This check is only here, because the schema knows the secrets that it declares, but not those of
      // functions.secretNames.
      if (isFunctionSecret(path))
        issues.push({ key, message: missingSecret, command: setSecretCommand(stack, path) });
    } else if (!secretKeys.includes(key)) {
      const message = "is a secret but was given in plain text; change it where it is used, too";
      issues.push({ key, message, command: setSecretCommand(stack, path), refusedSecret: key });
    } else if (optionalGroup !== undefined && valueAt(areas, optionalGroup) === undefined) {
      const message = `is not used; ${plainKey(optionalGroup)} is not configured`;
      issues.push({ key, message, command: removeKeyCommand(stack, key) });
    } else {
      insertAt(areas, path, new SecretText(text));
    }
  }
  return issues;
}

/** Sets a leaf and creates its groups. If something else is in the way, the leaf is omitted. */
function insertAt(target: Record<string, unknown>, path: Path, leaf: SecretText): void {
  let group: unknown = target;
  for (const step of path.slice(0, -1)) {
    if (!isPlainObject(group)) return;
    if (!Object.hasOwn(group, step)) group[step] = {};
    group = group[step];
  }
  if (isPlainObject(group)) group[String(path.at(-1))] = leaf;
}
