import type { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import { UserError } from "../../foundation/userError";
import { fromJson, fromStruct } from "./marshal";
import type { Provider } from "./provider";
import { type PropertyMap, Secret, type Value } from "./values";

type ConfigTypes = NonNullable<Provider["configTypes"]>;

/** The engine's own keys among a provider's inputs. */
const engineKeys: ReadonlySet<string> = new Set(["version", "pluginDownloadURL", "__internal"]);

/** Returns the provider's configuration. Recent engines send properties, older ones `package:config:key` strings. */
export function decodeConfig(request: ConfigureRequest, types: ConfigTypes): PropertyMap {
  const args = request.getArgs();
  const raw =
    args !== undefined
      ? Object.entries(fromStruct(args))
      : [...request.getVariablesMap().entries()].map(([key, value]): [string, Value] => [
          key.slice(key.lastIndexOf(":") + 1),
          fromJson(value),
        ]);
  return Object.fromEntries(
    raw
      .filter(([key]) => !engineKeys.has(key))
      .map(([key, value]) => [key, types[key] === undefined ? value : decodeValue(key, value, types[key])]),
  );
}

function decodeValue(key: string, value: Value, type: ConfigTypes[string]): Value {
  if (value instanceof Secret) return new Secret(decodeValue(key, value.reveal(), type));
  if (typeof value !== "string") return value;
  const wanted = type === "json" ? "JSON" : `a ${type}`;
  const issue = new UserError(`The provider's configuration ${key} must be ${wanted}.`);
  let decoded: Value;
  try {
    decoded = fromJson(JSON.parse(value));
  } catch {
    throw issue;
  }
  if (type !== "json" && typeof decoded !== type) throw issue;
  return decoded;
}
