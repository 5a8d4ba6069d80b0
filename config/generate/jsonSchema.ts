import * as z from "zod";
import { configNamespace, stackSchema } from "../schema";
import { functionSecretPrefix, staticSecretLeaves } from "../secretLeaves";

export type JsonSchema = {
  [key: string]: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
};

const secure = (description: string): JsonSchema => ({
  description: `${description} Set it with pulumi config set --secret.`,
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
});

/** Returns the JSON Schema of one area's object, without its secrets, which have their own keys. */
export function areaJsonSchema(area: z.ZodType): JsonSchema {
  const schema = z.toJSONSchema(area, {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => tidy(jsonSchema as JsonSchema),
  }) as JsonSchema;
  delete schema.$schema;
  return schema;
}

function tidy(schema: JsonSchema): void {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const isSecret =
      child.secret === true || (child.additionalProperties as JsonSchema | undefined)?.secret === true;
    if (!isSecret) continue;
    delete schema.properties?.[name];
    if (schema.required !== undefined)
      schema.required = schema.required.filter((required) => required !== name);
  }
  if (schema.required?.length === 0) delete schema.required;
  if (schema.example !== undefined) {
    if (schema.type !== "array") schema.examples = [schema.example];
    delete schema.example;
  }
}

/** Returns the JSON Schema (2020-12) of a whole Pulumi.<stack>.yaml, for editors. */
export function stackFileJsonSchema(): JsonSchema {
  const areas = Object.entries(stackSchema.shape).map(([name, area]) => [
    `${configNamespace}:${name}`,
    areaJsonSchema(area),
  ]);
  const secrets = staticSecretLeaves.map(({ key, description }) => [key, secure(description)]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Pulumi.<stack>.yaml of ${configNamespace}`,
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries([...areas, ...secrets]),
        patternProperties: {
          [`^${functionSecretPrefix}[A-Z][A-Z0-9_]*$`]: secure("Secret of the edge functions."),
          [`^(?!${configNamespace}:)[^:]+:`]: { description: "Key of a provider or of Pulumi." },
        },
        additionalProperties: false,
      },
      encryptionsalt: { type: "string" },
      encryptedkey: { type: "string" },
      secretsprovider: { type: "string" },
      environment: { description: "Pulumi ESC environments." },
    },
    additionalProperties: false,
  };
}
