import type { z } from "zod";
import { UserError } from "../foundation/userError";
import { nearest, plainKey, removeCommand, secretKey, setCommand, setSecretCommand } from "./keys";
import { stackSchema } from "./schema";
import { inspectSchema, type Path, schemaAt, valueAt } from "./schemaTree";
import { isFunctionSecret } from "./secretLeaves";

/** One error in the configuration. Neither text ever contains a received value. */
export interface Issue {
  /** The key as the user types it, such as `thorbis-supabase:backup.retentionDays.daily`. */
  key: string;
  /** The error, phrased to follow the key: "must be at most 3600". */
  message: string;
  /** The command that fixes it. */
  command: string;
  /** The secret that was given but rejected, so that it is not also reported as missing. */
  refusedSecret?: string;
}

export const missingSecret = "is missing; it is a secret";

/** Returns all issues as one error, sorted by key, each with its command. */
export function issuesError(stack: string, issues: readonly Issue[]): UserError {
  const sorted = sortIssues(issues);
  const count = sorted.length === 1 ? "1 error" : `${sorted.length} errors`;
  const lines = sorted.map(({ key, message, command }) => `  ${key} ${message}\n    ${command}`);
  return new UserError(
    `The configuration of stack ${stack} has ${count}; nothing was changed.\n\n${lines.join("\n")}`,
  );
}

/** Returns the issues sorted by key, then message, without duplicates. */
export function sortIssues(issues: readonly Issue[]): Issue[] {
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const unique = new Map(issues.map((issue) => [`${issue.key}\n${issue.message}`, issue]));
  return [...unique.values()].sort((a, b) => byText(a.key, b.key) || byText(a.message, b.message));
}

/** Returns the issues of one zod issue; `raw` is the parsed value. */
export function issuesOfZod(stack: string, issue: z.core.$ZodIssue, raw: unknown): Issue[] {
  const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((name) => unknownKeyIssue(stack, [...path, name], siblingNames(path)));

  const schema = schemaAt(stackSchema, path);
  const node = schema === undefined ? undefined : inspectSchema(schema);
  const missing = valueAt(raw, path) === undefined;
  if (isSecretPath(path)) {
    const message = missing ? missingSecret : describeIssue(issue);
    return [{ key: secretKey(path), message, command: setSecretCommand(stack, path) }];
  }
  const isList =
    node !== undefined && valueAt(raw, path) === undefined && listTypes.has(schemaType(node.inner));
  return [
    {
      key: plainKey(path),
      message: missing ? "is missing" : describeIssue(issue),
      command: setCommand(stack, isList ? [...path, 0] : path),
    },
  ];
}

const listTypes = new Set(["array"]);
const schemaType = (schema: z.ZodType) => (schema as unknown as { def: { type: string } }).def.type;

/** Returns whether a path leads to a secret leaf. */
function isSecretPath(path: Path): boolean {
  if (isFunctionSecret(path)) return true;
  const schema = schemaAt(stackSchema, path);
  return schema !== undefined && inspectSchema(schema).secret;
}

export function unknownKeyIssue(stack: string, path: Path, known: readonly string[]): Issue {
  const near = nearest(String(path.at(-1)), known);
  const hint = near === undefined ? "" : `; did you mean ${plainKey([...path.slice(0, -1), near])}?`;
  return { key: plainKey(path), message: `is not a known key${hint}`, command: removeCommand(stack, path) };
}

/** Returns the sibling names in the object at `path`, even if the object is an entry of a list. */
function siblingNames(path: Path): string[] {
  if (path[0] === "functions" && path[1] === "list") return ["slug", "entrypoint"];
  const schema = schemaAt(stackSchema, path);
  const shape = schema === undefined ? undefined : inspectSchema(schema).shape;
  return Object.entries(shape ?? {})
    .filter(([, child]) => !inspectSchema(child).secret)
    .map(([name]) => name);
}

const typeNames: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "a string",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/**
 * Returns the message of an issue. zod's own messages show patterns, and might show received values in a later version.
 */
function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${isWholeNumber(issue.path) ? typeNames.int : (typeNames[issue.expected] ?? "of another type")}`;
    case "too_small":
      return issue.origin === "array" ? issue.message : `must be at least ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array" ? issue.message : `must be at most ${issue.maximum}`;
    case "invalid_value":
      return `must be one of: ${issue.values.join(", ")}`;
    case "invalid_union":
      return `must be one of: ${literalsOf(issue.path).join(", ")}`;
    case "invalid_format":
    case "custom":
      return issue.message;
    default:
      return "is not valid";
  }
}

/** Returns whether an integer is required. zod reports "a number" first, even if the schema requires an integer. */
function isWholeNumber(path: readonly PropertyKey[]): boolean {
  const schema = schemaAt(stackSchema, path.map(String));
  if (schema === undefined) return false;
  return (inspectSchema(schema).inner as unknown as { def: { format?: string } }).def.format === "safeint";
}

/** Returns the values of a union of literals, such as the log retention times. */
function literalsOf(path: readonly PropertyKey[]): unknown[] {
  const schema = schemaAt(stackSchema, path.map(String));
  if (schema === undefined) return [];
  const definition = (inspectSchema(schema).inner as unknown as { def: { options?: z.ZodType[] } }).def;
  return (definition.options ?? []).flatMap(
    (option) => (option as unknown as { def: { values: unknown[] } }).def.values,
  );
}
