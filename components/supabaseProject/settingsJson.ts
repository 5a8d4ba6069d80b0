import * as pulumi from "@pulumi/pulumi";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../foundation/json";

/**
 * Returns a section of the project's settings as the provider expects it: one JSON string. The keys are sorted, because
 * the provider compares strings and would send the section again after a change of order. Undefined keys are omitted,
 * so these settings stay as they are. The string is secret if it contains a secret value.
 */
export function settingsJson(section: pulumi.Input<object>): pulumi.Output<string> {
  return pulumi.output(section).apply(textOf);
}

/** Returns the same for a section that is not sent if it is undefined. */
export function optionalSettingsJson(
  section: pulumi.Input<object | undefined>,
): pulumi.Output<string | undefined> {
  return pulumi.output(section).apply((values) => (values === undefined ? undefined : textOf(values)));
}

const textOf = (values: object): string => canonicalJson(withoutUndefined(values));

function withoutUndefined(values: object): JsonObject {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]: [string, JsonValue]) => [
      key,
      isJsonObject(value) ? withoutUndefined(value) : value,
    ]),
  );
}
