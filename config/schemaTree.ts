import type { z } from "zod";

export type Path = readonly (string | number)[];

/** A schema without its optional, default and prefault wrappers, and which of these it had. */
export interface SchemaNode {
  /** The fields of an object; undefined for a leaf. */
  shape?: Record<string, z.ZodType>;
  /** Optional without a default. */
  optional: boolean;
  /** The default; for groups (`prefault`) it is parsed in turn. */
  defaultValue?: unknown;
  secret: boolean;
  description?: string | undefined;
  example?: string | number | boolean | undefined;
  inner: z.ZodType;
}

interface Definition {
  type: string;
  innerType?: z.ZodType;
  shape?: Record<string, z.ZodType>;
  defaultValue?: unknown;
}

const definitionOf = (schema: z.ZodType) => (schema as unknown as { def: Definition }).def;

/** Unwraps a schema. */
export function inspectSchema(schema: z.ZodType): SchemaNode {
  const node: SchemaNode = { optional: false, secret: false, inner: schema };
  let current: z.ZodType | undefined = schema;
  while (current !== undefined) {
    const definition: Definition = definitionOf(current);
    const meta = current.meta();
    node.description ??= meta?.description;
    node.example ??= meta?.example;
    node.secret ||= meta?.secret === true;
    if (definition.type === "optional") node.optional = true;
    if (definition.type === "default" || definition.type === "prefault")
      node.defaultValue = definition.defaultValue;
    if (definition.shape !== undefined) node.shape = definition.shape;
    node.inner = current;
    current = definition.innerType;
  }
  return node;
}

export interface Leaf extends SchemaNode {
  path: string[];
  /** The innermost optional group that contains the leaf, if any. */
  optionalGroup?: string[] | undefined;
}

/** Returns all leaves below a schema, in declaration order. Lists and records count as leaves. */
export function leavesOf(schema: z.ZodType, path: string[] = [], optionalGroup?: string[]): Leaf[] {
  const node = inspectSchema(schema);
  if (node.shape === undefined) return [{ ...node, path, optionalGroup }];
  const group = node.optional ? path : optionalGroup;
  return Object.entries(node.shape).flatMap(([name, child]) => leavesOf(child, [...path, name], group));
}

/** Returns the schema at a path; undefined for indexes and record keys. */
export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  let current: z.ZodType | undefined = schema;
  for (const step of path) {
    if (current === undefined) return undefined;
    current = inspectSchema(current).shape?.[String(step)];
  }
  return current;
}

export type Lenient<T> = T extends readonly (infer Item)[]
  ? Item[]
  : T extends object
    ? { [Key in keyof T]?: Lenient<T[Key]> }
    : T;

/**
 * Returns the valid parts of `value` with defaults, and the rest as undefined. Rules across fields use this, so an issue
 * in one place does not hide an issue in another.
 */
export function parseLeniently(schema: z.ZodType, value: unknown): unknown {
  const node = inspectSchema(schema);
  const given = value === undefined ? node.defaultValue : value;
  if (node.shape === undefined) {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  }
  if (!isPlainObject(given)) return undefined;
  return Object.fromEntries(
    Object.entries(node.shape).map(([name, child]) => [name, parseLeniently(child, ownValue(given, name))]),
  );
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Returns a property of the object itself, so that a key such as `constructor` does not find an inherited one. */
export function ownValue(object: unknown, key: string | number): unknown {
  return typeof object === "object" && object !== null && Object.hasOwn(object, key)
    ? (object as Record<string | number, unknown>)[key]
    : undefined;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(ownValue, value);
}
