import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import * as supabase from "../../sdks/supabase";

interface Registration {
  type: string;
  inputs: Record<string, unknown>;
}

const registered: Registration[] = [];
const called: { token: string; inputs: Record<string, unknown> }[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, inputs, name }) => {
      registered.push({ type, inputs });
      return { id: `${name}-id`, state: inputs };
    },
    call: ({ token, inputs }) => {
      called.push({ token, inputs });
      return { url: { transaction: "postgresql://…" } };
    },
  });
});

async function registrationOf(resource: pulumi.Resource): Promise<Registration | undefined> {
  await new Promise((resolve) => resource.urn.apply(resolve));
  return registered.at(-1);
}

test("the package names the bridge and its parameter", () => {
  const { name, version, pulumi: plugin } = JSON.parse(readFileSync("sdks/supabase/package.json", "utf8"));

  expect({ name, version }).toEqual({ name: "@pulumi/supabase", version: "1.10.1" });
  expect(plugin).toMatchObject({ resource: true, name: "terraform-provider", version: "1.1.3" });
  expect(plugin.parameterization).toMatchObject({ name: "supabase", version: "1.10.1" });
  expect(Buffer.from(plugin.parameterization.value, "base64").toString()).toBe(
    '{"remote":{"url":"registry.opentofu.org/supabase/supabase","version":"1.10.1"}}',
  );
});

describe("registers with its token and inputs:", () => {
  test("Project", async () => {
    const project = new supabase.Project("p", {
      name: "api",
      organizationId: "acme",
      region: "eu-central-1",
      databasePassword: "secret",
    });

    expect(await registrationOf(project)).toEqual({
      type: "supabase:index/project:Project",
      inputs: {
        name: "api",
        organizationId: "acme",
        region: "eu-central-1",
        // Wrapped with Pulumi's signature for secrets.
        databasePassword: expect.objectContaining({
          "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
          value: "secret",
        }),
      },
    });
    expect(await pulumi.isSecret(project.databasePassword)).toBe(true);
    expect(await pulumi.isSecret(project.region)).toBe(false);
  });

  test("Settings", async () => {
    const inputs = { projectRef: "ref", auth: '{"jwt_exp":3600}', sslEnforcement: true };

    expect(await registrationOf(new supabase.Settings("s", inputs))).toEqual({
      type: "supabase:index/settings:Settings",
      inputs,
    });
  });

  test("EdgeFunction", async () => {
    const inputs = { projectRef: "ref", slug: "hook", entrypoint: "/f/index.ts", staticFiles: ["a"] };

    expect(await registrationOf(new supabase.EdgeFunction("f", inputs))).toEqual({
      type: "supabase:index/edgeFunction:EdgeFunction",
      inputs,
    });
  });

  test("EdgeFunctionSecrets", async () => {
    const inputs = { projectRef: "ref", secrets: [{ name: "A", value: "x" }] };

    expect(await registrationOf(new supabase.EdgeFunctionSecrets("s", inputs))).toEqual({
      type: "supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets",
      inputs,
    });
  });

  test("Apikey", async () => {
    const key = new supabase.Apikey("k", { projectRef: "ref", name: "jobs" });

    expect(await registrationOf(key)).toEqual({
      type: "supabase:index/apikey:Apikey",
      inputs: { projectRef: "ref", name: "jobs" },
    });
  });

  test("Branch", async () => {
    const inputs = { parentProjectRef: "ref", gitBranch: "main", persistent: true };

    expect(await registrationOf(new supabase.Branch("b", inputs))).toEqual({
      type: "supabase:index/branch:Branch",
      inputs,
    });
  });

  test("ThirdPartyAuth", async () => {
    const inputs = { projectRef: "ref", oidcIssuerUrl: "https://issuer.example.com" };

    expect(await registrationOf(new supabase.ThirdPartyAuth("t", inputs))).toEqual({
      type: "supabase:index/thirdPartyAuth:ThirdPartyAuth",
      inputs,
    });
  });

  test("Provider, whose token is secret", async () => {
    const provider = new supabase.Provider("p", { accessToken: "sbp_x", endpoint: "http://127.0.0.1:1" });

    expect((await registrationOf(provider))?.type).toBe("pulumi:providers:supabase");
    expect(await pulumi.isSecret(provider.accessToken)).toBe(true);
    expect(await pulumi.isSecret(provider.endpoint)).toBe(false);
  });
});

type Arguments = { projectRef: string; parentProjectRef: string };
type Functions = [
  name: string,
  argument: keyof Arguments,
  plain: (args: Arguments) => Promise<unknown>,
  output: (args: Arguments) => pulumi.Output<unknown>,
];

test.each<Functions>([
  ["getPooler", "projectRef", supabase.getPooler, supabase.getPoolerOutput],
  ["getApikeys", "projectRef", supabase.getApikeys, supabase.getApikeysOutput],
  ["getNetworkBans", "projectRef", supabase.getNetworkBans, supabase.getNetworkBansOutput],
  ["getBranch", "parentProjectRef", supabase.getBranch, supabase.getBranchOutput],
])("%s calls its token with %s, for plain values and for outputs", async (name, argument, plain, output) => {
  called.length = 0;
  const args: Arguments = { projectRef: "ref", parentProjectRef: "ref" };

  await plain(args);
  await new Promise((resolve) => output(args).apply(resolve));

  const call = { token: `supabase:index/${name}:${name}`, inputs: { [argument]: "ref" } };
  expect(called).toEqual([call, call]);
});

test("a missing required property is named", () => {
  const args = { name: "api", organizationId: "acme", region: "r" } as supabase.ProjectArgs;

  expect(() => new supabase.Project("p", args)).toThrow("Missing required property 'databasePassword'");
});

test("an existing resource is looked up by its id only", () => {
  expect(() => supabase.Project.get("p", "abcdefghijklmnopqrst")).not.toThrow();
});

test("an instance is recognized by its type, also from another copy of the package", () => {
  const key = new supabase.Apikey("k2", { projectRef: "ref", name: "jobs" });

  expect(supabase.Apikey.isInstance(key)).toBe(true);
  expect(supabase.Project.isInstance(key)).toBe(false);
});
