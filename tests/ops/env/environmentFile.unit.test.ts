import { describe, expect, test } from "vitest";
import { parseStackConfig } from "../../../config/parse";
import { type EnvironmentOutputs, renderEnvironmentFile } from "../../../ops/env/environmentFile";
import {
  development,
  developmentSecrets,
  inputOf,
  production,
  productionSecrets,
  withValue,
} from "../../config/specimens";

const outputs: EnvironmentOutputs = {
  apiUrl: "https://abcdefghijklmnopqrst.supabase.co",
  anonKey: "anon.key-1_2",
  serviceRoleKey: "service.key==",
  databaseUrl:
    "postgresql://postgres.ref:p%40ss@aws-1-us-east-1.pooler.supabase.com:5432/postgres?sslmode=require",
};

test("development's file has the guide's variables", () => {
  const local = withValue(
    withValue(development, ["project", "environment"], "local"),
    ["realtime", "debug"],
    true,
  );
  const config = parseStackConfig(inputOf("local", local, developmentSecrets));

  const text = renderEnvironmentFile(config, {
    ...outputs,
    databaseUrl: "postgresql://postgres:pw@localhost:54322/postgres",
  });

  expect(text).toBe(`# Environment variables of thorbis-dev (local)
SUPABASE_URL=https://abcdefghijklmnopqrst.supabase.co
SUPABASE_ANON_KEY=anon.key-1_2
SUPABASE_SERVICE_ROLE_KEY=service.key==

# Database settings
DATABASE_URL=postgresql://postgres:pw@localhost:54322/postgres
DATABASE_POOL_SIZE=10
DATABASE_TIMEOUT=30000
DATABASE_SSL_MODE=disable

# Realtime settings
REALTIME_ENABLED=true
REALTIME_DEBUG=true
REALTIME_MAX_CONNECTIONS=200

# Storage settings
STORAGE_BACKEND=local
STORAGE_FILE_SIZE_LIMIT=52428800
`);
});

test("production's file requires TLS, names the CDN and quotes values that a shell would change", () => {
  const areas = withValue(production, ["storage", "cdnUrl"], "https://cdn.example.com");
  const config = parseStackConfig(inputOf("prod", areas, productionSecrets));

  const lines = renderEnvironmentFile(config, outputs).split("\n");

  expect(lines).toContain("DATABASE_SSL_MODE=require");
  expect(lines).toContain("STORAGE_BACKEND=s3");
  expect(lines).toContain("STORAGE_CDN_URL=https://cdn.example.com");
  expect(lines).toContain(`DATABASE_URL='${outputs.databaseUrl}'`);
});

describe("a value", () => {
  const config = parseStackConfig(inputOf("prod", production, productionSecrets));

  test.each(["with blank", "$HOME", "`id`", 'quote"', "back\\slash", "#comment", "a;b"])(
    "%j is quoted",
    (anonKey) => {
      expect(renderEnvironmentFile(config, { ...outputs, anonKey })).toContain(
        `\nSUPABASE_ANON_KEY='${anonKey}'\n`,
      );
    },
  );

  test.each(["it's", "two\nlines", "carriage\rreturn", "nul\0"])(
    "%j is refused by its name only",
    (anonKey) => {
      expect(() => renderEnvironmentFile(config, { ...outputs, anonKey })).toThrow(
        "SUPABASE_ANON_KEY contains a single quote or a line break, which an .env file cannot represent: change its value.",
      );
    },
  );
});
