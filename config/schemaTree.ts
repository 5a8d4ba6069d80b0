import type { z } from "zod";

export type Path = readonly (string | number)[];

/** One schema as the tree walkers see it: what is inside its optional, default and prefault wrappers, and which it had. */
export interface SchemaNode {
  /** The fields of an object; undefined for a leaf. */
  shape?: Record<string, z.ZodType>;
  /** May be left out without anything taking its place. */
  optional: boolean;
  /** What takes its place when it is left out; for groups (`prefault`) it is parsed in turn. */
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

/** Looks through the wrappers of a schema. */
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
  /** The innermost optional group that holds the leaf, if any. */
  optionalGroup?: string[] | undefined;
}

/** Every leaf below a schema, in declaration order. Lists and records count as leaves. */
export function leavesOf(schema: z.ZodType, path: string[] = [], optionalGroup?: string[]): Leaf[] {
  const node = inspectSchema(schema);
  if (node.shape === undefined) return [{ ...node, path, optionalGroup }];
  const group = node.optional ? path : optionalGroup;
  return Object.entries(node.shape).flatMap(([name, child]) => leavesOf(child, [...path, name], group));
}

/** The schema at a path; indexes and record keys lead to undefined. */
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
 * Whatever of `value` is valid, defaults filled in, the rest undefined. Rules across fields run on this, so that a fault in one
 * place does not hide a fault in another.
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

/** A property of the object itself: a key such as `constructor` must not find what every object inherits. */
export function ownValue(object: unknown, key: string | number): unknown {
  return typeof object === "object" && object !== null && Object.hasOwn(object, key)
    ? (object as Record<string | number, unknown>)[key]
    : undefined;
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(ownValue, value);
}
