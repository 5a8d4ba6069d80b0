import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { apiSettings } from "../../../components/supabaseProject/apiSettings";
import { authCredentials } from "../../../components/supabaseProject/authCredentials";
import { authSettings } from "../../../components/supabaseProject/authSettings";
import { databaseSettings } from "../../../components/supabaseProject/databaseSettings";
import { realtimeSettings } from "../../../components/supabaseProject/realtimeSettings";
import { settingsJson } from "../../../components/supabaseProject/settingsJson";
import type { StackConfig } from "../../../config";
import { parseStackConfig } from "../../../config/parse";
import { authKeys, postgresKeys, postgrestKeys } from "../../../emulators/managementApi/settings/keys";
import {
  type Areas,
  development,
  developmentSecrets,
  inputOf,
  production,
  productionSecrets,
  withValue,
} from "../../config/specimens";
import { settled } from "./stack";

/** Returns the config without outputs: a secret is a SecretText, which prints "[secret]". */
const configOf = (areas: Areas, stack = "dev", secrets = developmentSecrets) =>
  parseStackConfig(inputOf(stack, areas, secrets)) as unknown as StackConfig;

const everything = configOf(development);
const least = configOf(production, "prod", productionSecrets);

const everyAuthSetting = ({ auth }: StackConfig) => ({ ...authSettings(auth), ...authCredentials(auth) });

describe("keys", () => {
  // What the API accepts is stored separately, in the emulator; the provider silently drops all other keys.
  const unknown = (settings: object, known: object) =>
    Object.keys(settings).filter((key) => !Object.hasOwn(known, key));

  test("auth sends only keys that the API accepts, for any configuration", () => {
    expect(unknown(authSettings(everything.auth), authKeys)).toEqual([]);
    expect(unknown(authSettings(least.auth), authKeys)).toEqual([]);
    expect(unknown(authCredentials(everything.auth) ?? {}, authKeys)).toEqual([]);
    expect(unknown({ log_statement: "all" }, authKeys)).toEqual(["log_statement"]);
  });

  test("auth sends each key in the type that the API expects", () => {
    const kindOf = { boolean: "flag", number: "integer", string: "text", object: "text" } as Record<
      string,
      string
    >;
    const wrong = Object.entries(everyAuthSetting(everything)).filter(([key, value]) => {
      const kind = authKeys[key] === "number" ? "integer" : authKeys[key];
      return value !== undefined && kind !== kindOf[typeof value];
    });

    expect(wrong).toEqual([]);
  });

  test("database and api send only keys that the API accepts", () => {
    const settings = databaseSettings({
      maxConnections: 100,
      sharedBuffersMegabytes: 256,
      effectiveCacheSizeMegabytes: 1024,
      workMemMegabytes: 4,
      maintenanceWorkMemMegabytes: 64,
      maxWalSenders: 10,
      maxReplicationSlots: 10,
    });

    expect(unknown(settings ?? {}, postgresKeys)).toEqual([]);
    expect(settings?.shared_buffers).toBe("256MB");
    expect(unknown(apiSettings(everything.api), postgrestKeys)).toEqual([]);
  });
});

describe("what is not configured", () => {
  test("is sent as off", () => {
    const bare = { ...development, auth: { siteUrl: "https://dev.example.com" } };
    const secrets = developmentSecrets.filter((name) => !name.startsWith("auth"));
    const settings = authSettings(configOf(bare, "dev", secrets).auth);

    expect(settings).toMatchObject({
      external_phone_enabled: false,
      external_google_enabled: false,
      external_github_enabled: false,
      external_apple_enabled: false,
      external_web3_solana_enabled: false,
      external_anonymous_users_enabled: false,
      mfa_phone_enroll_enabled: false,
      sessions_timebox: 0,
      sessions_inactivity_timeout: 0,
      smtp_host: "",
    });
    expect(Object.keys(settings).filter((key) => /twilio|_secret$|smtp_pass|client_id/.test(key))).toEqual(
      [],
    );
  });

  test("no database parameter: the section is not sent", () => {
    expect(databaseSettings(least.database.settings)).toBeUndefined();
  });
});

test("several redirect URLs are one string with commas", () => {
  const urls = ["https://a.example.com/**", "https://b.example.com"];
  const { auth } = configOf(withValue(development, ["auth", "redirectUrls"], urls));

  expect(authSettings(auth).uri_allow_list).toBe("https://a.example.com/**,https://b.example.com");
});

test.each([
  ["none", ""],
  ["lettersDigits", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789"],
  ["lowerUpperDigits", "abcdefghijklmnopqrstuvwxyz:ABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789"],
  [
    "lowerUpperDigitsSymbols",
    String.raw`abcdefghijklmnopqrstuvwxyz:ABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789:!@#$%^&*()_+-=[]{};'\\:"|<>?,./` +
      "`~",
  ],
])("required characters %s are the API's own string", (name, text) => {
  const { auth } = configOf(withValue(development, ["auth", "password", "requiredCharacters"], name));

  expect(authSettings(auth).password_required_characters).toBe(text);
});

test("an empty list of exposed schemas disables the Data API", () => {
  expect(apiSettings({ ...everything.api, exposedSchemas: [] }).db_schema).toBe("");
});

test("realtime that is not enabled is suspended", () => {
  expect(realtimeSettings({ ...everything.realtime, enabled: false }).suspend).toBe(true);
});

describe("settingsJson", () => {
  test("has the same text for settings in any order, without undefined ones", async () => {
    const one = settingsJson({ b: 1, a: { d: true, c: undefined } });
    const other = settingsJson({ a: { d: true }, b: 1 });

    expect(await settled(one)).toEqual({ value: '{"a":{"d":true},"b":1}', secret: false });
    expect(await settled(other)).toEqual(await settled(one));
  });

  test("is secret if one of its values is", async () => {
    expect(await settled(settingsJson({ a: pulumi.secret("x") }))).toEqual({
      value: '{"a":"x"}',
      secret: true,
    });
  });
});
