import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { loadStackConfig } from "../../config/load";
import { canary, development, developmentSecrets, inputOf, key } from "./specimens";

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs },
    "thorbis-supabase",
    "dev",
  );
});

const localEndpoint = { SUPABASE_API_ENDPOINT: "http://127.0.0.1:1" };
const textOf = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

test("secrets reach the program as secret outputs at their paths, other values as plain values", async () => {
  const input = inputOf("dev", development, developmentSecrets);
  pulumi.runtime.setAllConfig({ ...input.values }, [...input.secretKeys]);

  const config = loadStackConfig(localEndpoint);

  const { password } = config.database;
  expect(await pulumi.isSecret(password)).toBe(true);
  expect(await textOf(password)).toBe(canary);
  expect(await pulumi.isSecret(config.functions.secrets.STRIPE_KEY ?? pulumi.output(""))).toBe(true);
  expect(config.project.region).toBe("us-east-1");
  expect(config.network.allowedCidrs).toEqual(["203.0.113.0/24", "2001:4860::/32"]);
  expect(JSON.stringify({ ...config.project, ...config.network })).not.toContain(canary);
});

test("a secret that the engine did not decrypt is refused without its text", () => {
  const input = inputOf("dev", development, developmentSecrets);
  pulumi.runtime.setAllConfig(
    { ...input.values },
    input.secretKeys.filter((name) => name !== key("authSmtpPassword")),
  );

  expect(() => loadStackConfig(localEndpoint)).toThrow(
    `The configuration of stack dev has 1 error; nothing was changed.

  thorbis-supabase:authSmtpPassword is a secret but was given in plain text; change it where it is used, too
    pulumi config set --stack dev --secret thorbis-supabase:authSmtpPassword`,
  );
});
