import { type PropertyMap, Secret } from "../../../../plugins/provider-host/values";
import { checkBundle } from "../../../../plugins/supabasex/provider/sqlBundle/check";

export const connection = { host: "h", port: 5432, user: "u", password: "p-secret", database: "d" };
export const hash = "a".repeat(64);
/** Valid inputs of a SqlBundle. */
export const inputs: PropertyMap = {
  name: "main",
  directory: "sql",
  files: { "migrations/20260101000000_a.sql": hash },
  connection: new Secret(connection),
};

/** Checks these inputs with some of them changed. */
export function check(changed: PropertyMap, oldInputs: PropertyMap = {}) {
  return checkBundle({
    urn: "urn",
    type: "supabasex:index:SqlBundle",
    name: "bundle",
    oldInputs,
    inputs: { ...inputs, ...changed },
    randomSeed: new Uint8Array(),
  });
}
