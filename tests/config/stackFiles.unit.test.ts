import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { generatedFiles } from "../../config/generate/files";
import { checkStackConfig, parseStackConfig, requiredSecrets } from "../../config/parse";
import { createEncryptionSalt, passphraseCrypter } from "../../config/passphrase";
import { openStackFile, readStackFile } from "../../config/stackFile";
import { canary } from "./specimens";

const root = path.resolve(import.meta.dirname, "../..");
const stackFile = (stack: string) => readStackFile(path.join(root, `Pulumi.${stack}.yaml`));

/** Returns the same file after an operator has set its secrets. */
function withSecrets(stack: string) {
  const file = stackFile(stack);
  const keys = requiredSecrets(file).map((secret) => secret.key);
  const secrets = Object.fromEntries(keys.map((key) => [key, canary]));
  return { stack, values: { ...file.values, ...secrets }, secretKeys: keys };
}

const common = [
  "thorbis-supabase:databasePassword",
  "thorbis-supabase:databaseRolesMonitoringPassword",
  "thorbis-supabase:databaseRolesBackupPassword",
  "thorbis-supabase:databaseRolesPreviewPassword",
];
const providers = [
  "thorbis-supabase:authPhoneTwilioAuthToken",
  "thorbis-supabase:authProvidersGoogleClientSecret",
  "thorbis-supabase:authProvidersGithubClientSecret",
];

describe.each([
  { stack: "local", secrets: [...common, ...providers] },
  { stack: "dev", secrets: [...common, ...providers] },
  { stack: "prod", secrets: [...common, ...providers, "thorbis-supabase:authSmtpPassword"] },
])("Pulumi.$stack.yaml", ({ stack, secrets }) => {
  test("is valid once its secrets are set", () => {
    expect(checkStackConfig(withSecrets(stack)).issues).toEqual([]);
  });

  test("otherwise lacks exactly those secrets, each with its command", () => {
    const { values } = stackFile(stack);

    const { issues } = checkStackConfig({ stack, values, secretKeys: [] });

    expect(issues).toEqual(
      [...secrets].sort().map((key) => ({
        key,
        message: "is missing; it is a secret",
        command: `pulumi config set --stack ${stack} --secret ${key}`,
      })),
    );
    expect(requiredSecrets({ stack, values, secretKeys: [] }).map(({ key }) => key)).toEqual(secrets);
  });

  test("points editors to its schema", () => {
    const [firstLine] = readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8").split("\n");

    expect(firstLine).toBe("# yaml-language-server: $schema=./config/stack-config.schema.json");
  });
});

test("the local stack's secrets can be decrypted with the public passphrase, and with no other", () => {
  const config = parseStackConfig(openStackFile(stackFile("local"), "thorbis-local"));

  expect(config.database.password.reveal()).toBe("thorbis-local-postgres");
  expect(() => openStackFile(stackFile("local"), "thorbis")).toThrow(
    "The passphrase is not the one of this stack file: set PULUMI_CONFIG_PASSPHRASE (for local stacks it is fixed: restore the line encryptionsalt) and try again.",
  );
});

test("a secret that was encrypted with another key is named", () => {
  const file = stackFile("local");
  const foreign = passphraseCrypter("other", createEncryptionSalt("other")).encrypt(canary);
  const ciphertexts = { ...file.ciphertexts, "thorbis-supabase:databasePassword": foreign };

  expect(() => openStackFile({ ...file, ciphertexts }, "thorbis-local")).toThrow(
    "The secret thorbis-supabase:databasePassword was not encrypted with this file's key; " +
      "run: pulumi config set --stack local --secret thorbis-supabase:databasePassword",
  );
});

test("dev and prod contain no secret and no salt, so that an operator chooses the key", () => {
  for (const stack of ["dev", "prod"]) {
    expect(stackFile(stack).ciphertexts).toEqual({});
    expect(stackFile(stack).encryptionSalt).toBeUndefined();
  }
});

test("the guide's environment blocks are the values of dev and prod", () => {
  const dev = parseStackConfig(withSecrets("dev"));
  const prod = parseStackConfig(withSecrets("prod"));

  expect([dev.database.application, prod.database.application]).toEqual([
    { poolSize: 10, timeoutMilliseconds: 30_000 },
    { poolSize: 25, timeoutMilliseconds: 10_000 },
  ]);
  expect([dev.storage.fileSizeLimitBytes, prod.storage.fileSizeLimitBytes]).toEqual([10_485_760, 52_428_800]);
  expect([dev.realtime.debug, prod.realtime.debug]).toEqual([true, false]);
  expect(prod.realtime.maxConcurrentUsers).toBe(1000);
  expect(prod.storage.cdnUrl).toBe("https://cdn.thorbis.com");
  expect(prod.database.settings).toEqual({
    maxConnections: 100,
    sharedBuffersMegabytes: 256,
    effectiveCacheSizeMegabytes: 1024,
    workMemMegabytes: 4,
    maintenanceWorkMemMegabytes: 64,
    maxWalSenders: 10,
    maxReplicationSlots: 10,
  });
});

describe("generated files", () => {
  test.each(Object.entries(generatedFiles()))("%s is not stale (npm run config:generate)", (name, text) => {
    expect(readFileSync(path.join(root, name), "utf8")).toBe(text);
  });

  test("the editor's schema knows every key that the three stack files use", () => {
    const schema = JSON.parse(generatedFiles()["config/stack-config.schema.json"] ?? "");
    const { properties, patternProperties, additionalProperties } = schema.properties.config;
    const patterns = Object.keys(patternProperties).map((pattern) => new RegExp(pattern));

    expect(additionalProperties).toBe(false);
    for (const stack of ["local", "dev", "prod"]) {
      const { values, ciphertexts } = stackFile(stack);
      for (const key of [...Object.keys(values), ...Object.keys(ciphertexts)])
        expect(key in properties || patterns.some((pattern) => pattern.test(key)), key).toBe(true);
    }
    expect(patterns.some((pattern) => pattern.test("thorbis-supabase:databse"))).toBe(false);
    expect(properties["thorbis-supabase:database"].properties).not.toHaveProperty("password");
    expect(properties["thorbis-supabase:databasePassword"].required).toEqual(["secure"]);
  });
});
