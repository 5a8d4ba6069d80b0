import { stackFileJsonSchema } from "./jsonSchema";
import { configurationTable } from "./table";

/** Returns every file that is generated from the schemas: path from the project's root → content. */
export function generatedFiles(): Record<string, string> {
  return {
    "config/stack-config.schema.json": `${JSON.stringify(stackFileJsonSchema(), null, 2)}\n`,
    "docs/configuration.md": configurationTable(),
  };
}
