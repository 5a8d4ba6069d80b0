import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import type { ProjectRecord } from "./state/record";

/** The context that the project middleware sets for every route below `/v1/projects/{ref}`. */
export interface EmulatorEnvironment {
  Variables: { project: ProjectRecord };
}

export type EmulatorContext = Context<EmulatorEnvironment>;

/** A response other than 2xx. Its body is `{message}`, which clients print unchanged. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: ContentfulStatusCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Returns the parsed value, or throws a 400 that names each invalid property but never a received value. */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => [...issue.path, issue.message].map(String).join(": "));
  throw new ApiError(400, issues.join("; "));
}

/** Returns the JSON body of a request, checked against its schema. */
export async function readBody<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): Promise<z.infer<Schema>> {
  let body: unknown;
  try {
    body = await context.req.json();
  } catch {
    throw new ApiError(400, "The request body is not valid JSON");
  }
  return validate(schema, body);
}

/** Returns a parameter of the route's path. */
export function pathParameter(context: Context, name: string): string {
  const value = context.req.param(name);
  if (value === undefined) throw new ApiError(404, `The path has no ${name}`);
  return value;
}
