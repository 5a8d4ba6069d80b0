import { describe, expect, test } from "vitest";
import * as z from "zod";
import { apiSettings } from "../../components/supabaseProject/apiSettings";
import { authCredentials } from "../../components/supabaseProject/authCredentials";
import { authSettings } from "../../components/supabaseProject/authSettings";
import { databaseSettings } from "../../components/supabaseProject/databaseSettings";
import { realtimeSettings } from "../../components/supabaseProject/realtimeSettings";
import { storageSettings } from "../../components/supabaseProject/storageSettings";
import type { StackConfig } from "../../config";
import { formatPath } from "../../config/keys";
import { parseStackConfig } from "../../config/parse";
import { stackSchema } from "../../config/schema";
import { leavesOf } from "../../config/schemaTree";
import { authConfigPatch } from "../../emulators/managementApi/settings/auth";
import { postgresConfigPut } from "../../emulators/managementApi/settings/postgres";
import { postgrestConfigPatch } from "../../emulators/managementApi/settings/postgrest";
import { realtimeConfigPatch } from "../../emulators/managementApi/settings/realtime";
import { storageConfigPatch } from "../../emulators/managementApi/settings/storage";
import { apiName, groupIssues } from "../../plugins/supabasex/provider/platformSettings/settings";
import { type Areas, development, developmentSecrets, inputOf, key, withValue } from "./specimens";

// The configuration refuses what the Management API would refuse in the middle of a deployment. What the API accepts is stored
// separately, in the emulator.

const configOf = (areas: Areas) =>
  parseStackConfig(inputOf("dev", areas, developmentSecrets)) as unknown as StackConfig;

/** Sets dependent numbers so that any value of one of them is valid. */
const roomy = withValue(
  withValue(
    withValue(development, ["backup", "parallelDumps"], 1),
    ["database", "settings", "maxConnections"],
    10_000,
  ),
  ["database", "poolSize"],
  10,
);

/** Returns the errors in the requests of a deployment, by the part of the API that validates them. */
function issuesOfBodies(config: StackConfig): string[] {
  const withTexts = (settings: object) =>
    Object.fromEntries(
      Object.entries(settings)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, typeof value === "object" && value !== null ? "a secret" : value]),
    );
  const realtime = Object.entries(realtimeSettings(config.realtime));
  const judged: [z.ZodType, object][] = [
    [authConfigPatch, withTexts({ ...authSettings(config.auth), ...authCredentials(config.auth) })],
    [postgresConfigPut, databaseSettings(config.database.settings) ?? {}],
    [postgrestConfigPatch, withTexts(apiSettings(config.api))],
    [storageConfigPatch, storageSettings(config.storage)],
    [realtimeConfigPatch, Object.fromEntries(realtime.map(([name, value]) => [apiName(name), value]))],
  ];
  return [
    ...judged.flatMap(([schema, body]) => {
      const { error } = schema.safeParse(body);
      return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
    }),
    ...groupIssues({ pooler: { defaultPoolSize: config.database.poolSize } }, "pooler").flat(),
  ];
}

/** Areas and groups whose numbers the Management API validates. */
const sent = /^(auth|api|realtime|storage|database\.(settings|poolSize))\b/;

const numbers = leavesOf(stackSchema).flatMap(({ path, inner }) =>
  inner instanceof z.ZodNumber && sent.test(path.join("."))
    ? [{ name: formatPath(path), path, min: Number(inner.minValue), max: Number(inner.maxValue) }]
    : [],
);

test("the numbers that the API validates are found", () => {
  expect(numbers.length).toBeGreaterThan(30);
  expect(issuesOfBodies(configOf(development))).toEqual([]);
});

describe.each(numbers)("$name", ({ path, min, max }) => {
  test.each([min, max])("at %i is one that the API accepts", (value) => {
    expect(issuesOfBodies(configOf(withValue(roomy, path, value)))).toEqual([]);
  });

  test.each([min - 1, max + 1, min + 0.5])("at %d is refused before anything is changed", (value) => {
    expect(() => configOf(withValue(roomy, path, value))).toThrow(formatPath(path));
  });
});

test("a control: the API's limits are the emulator's, not the configuration's", () => {
  const config = structuredClone(configOf(development));
  const beyond = {
    ...config,
    auth: { ...config.auth, jwtExpirySeconds: 604_801 },
    realtime: { ...config.realtime, maxJoinsPerSecond: 5_001 },
    database: { ...config.database, poolSize: 3_001 },
  };

  expect(issuesOfBodies(beyond)).toEqual([
    expect.stringMatching(/^jwt_exp: /),
    expect.stringMatching(/^max_joins_per_second: /),
    "pooler.defaultPoolSize",
    "must be a whole number from 0 to 3000",
  ]);
});

describe("a secret of the edge functions", () => {
  const withSecret = (text: string) => {
    const input = inputOf("dev", development, developmentSecrets);
    return { ...input, values: { ...input.values, [key("functionsSecretsSTRIPE_KEY")]: text } };
  };

  test("may have as many characters as the API accepts, including line breaks", () => {
    expect(() => parseStackConfig(withSecret(`${"x".repeat(24_574)}\n\u{2028}`))).not.toThrow();
  });

  test("that is longer is refused without its text", () => {
    const parse = () => parseStackConfig(withSecret("x".repeat(24_577)));

    expect(parse).toThrow(/functionsSecretsSTRIPE_KEY must have at most 24576 characters/);
    expect(parse).not.toThrow("xxx");
  });
});
