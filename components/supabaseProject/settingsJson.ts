import * as pulumi from "@pulumi/pulumi";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../foundation/json";

/**
 * A section of the project's settings as the provider wants it: one JSON text. The keys are sorted, because the provider
 * compares texts and would send the section again for a mere change of order. Keys that are undefined are left out: what is
 * not named stays as it is. Secret where a value in it is.
 */
export function settingsJson(section: object): pulumi.Output<string> {
  return pulumi.output(section).apply((values) => canonicalJson(withoutUndefined(values)));
}

function withoutUndefined(values: object): JsonObject {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]: [string, JsonValue]) => [
      key,
      isJsonObject(value) ? withoutUndefined(value) : value,
    ]),
  );
}
