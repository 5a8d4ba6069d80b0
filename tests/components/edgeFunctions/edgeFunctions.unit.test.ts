import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { EdgeFunctions } from "../../../components/edgeFunctions/edgeFunctions";
import { inputsOf, registeredFor } from "../supabaseProject/stack";

const register = () =>
  registeredFor("dev", (config) => {
    new EdgeFunctions("edge-functions", {
      projectRef: "ref",
      functions: config.functions.list,
      allowedOrigins: ["https://dev.thorbis.com", "http://localhost:3000"],
      secrets: { STRIPE_KEY: pulumi.secret("canary-stripe"), A_FIRST: "canary-open" },
    });
  });

test("deploys the bundle of each function from a path that is the same in every checkout", async () => {
  const registered = await register();

  expect(inputsOf(registered, "edge-functions-business-automation")).toEqual({
    projectRef: "ref",
    slug: "business-automation",
    name: "business-automation",
    entrypoint: "dist/functions/business-automation/index.js",
  });
});

test("sets the secrets first, in the order of their names, every value secret", async () => {
  const registered = await register();

  expect(inputsOf(registered, "edge-functions-secrets")).toEqual({
    projectRef: "ref",
    secrets: {
      secret: [
        { name: "ALLOWED_ORIGINS", value: "https://dev.thorbis.com,http://localhost:3000" },
        { name: "A_FIRST", value: "canary-open" },
        { name: "STRIPE_KEY", value: "canary-stripe" },
      ],
    },
  });
  const { dependsOn } = registered.options.get("edge-functions-business-automation") ?? {};
  expect((dependsOn as { __name?: string }[]).map(({ __name }) => __name)).toEqual([
    "edge-functions-secrets",
  ]);
});
