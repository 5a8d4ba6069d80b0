import { describe, expect, test } from "vitest";
import { environmentOutputs } from "../../../ops/env/stackOutputs";

const outputs = {
  apiUrl: "https://abcdefghijklmnopqrst.supabase.co",
  anonKey: "legacy anon",
  serviceRoleKey: "legacy service",
  publishableKey: "sb_publishable_x",
  secretKey: "sb_secret_x",
  databaseUrl: "postgresql://postgres@db/postgres",
};
const read = (changes: Record<string, unknown> = {}) => environmentOutputs("dev", { ...outputs, ...changes });

test("the legacy keys are used while the project has them", () => {
  expect(read()).toEqual({
    apiUrl: outputs.apiUrl,
    anonKey: "legacy anon",
    serviceRoleKey: "legacy service",
    databaseUrl: outputs.databaseUrl,
  });
});

describe.each([
  ["empty", ""],
  ["null", null],
  ["absent", undefined],
])("disabled legacy keys (%s)", (_what, none) => {
  test("are replaced by the publishable and the secret key", () => {
    expect(read({ anonKey: none, serviceRoleKey: none })).toMatchObject({
      anonKey: "sb_publishable_x",
      serviceRoleKey: "sb_secret_x",
    });
  });

  test("a project without the new ones gets an error that says which to create", () => {
    expect(() => read({ anonKey: none, publishableKey: none })).toThrow(
      'The project of stack dev has neither a legacy anon key nor a publishable key: create one under "API keys" in the project\'s settings, run `pulumi up --stack dev`, then this command again.',
    );
    expect(() => read({ serviceRoleKey: none, secretKey: none })).toThrow(
      "has neither a legacy service_role key nor a secret key",
    );
  });
});

test("a stack that was never deployed is refused with that reason", () => {
  expect(() => environmentOutputs("dev", {})).toThrow(
    "Stack dev has no output apiUrl: run `pulumi up --stack dev`, then this command again.",
  );
});
