import { readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { AccessTokenHook } from "../../../components/supabaseProject/accessTokenHook";
import { inputsOf, registeredFor } from "./stack";

const register = (enabled: boolean) =>
  registeredFor("dev", () => {
    const bundle = new pulumi.ComponentResource("test:index:Bundle", "sql");
    new AccessTokenHook("access-token-hook", { projectRef: "ref", bundle, enabled });
  });

test("enables the hook in a separate setting, after the bundle that creates the function", async () => {
  const registered = await register(true);

  expect(inputsOf(registered, "access-token-hook-settings")).toEqual({
    projectRef: "ref",
    auth: '{"hook_custom_access_token_enabled":true,"hook_custom_access_token_uri":"pg-functions://postgres/private/custom_access_token_hook"}',
  });
  const { dependsOn } = registered.options.get("access-token-hook-settings") ?? {};
  expect((dependsOn as { __name?: string }[]).map(({ __name }) => __name)).toEqual(["sql"]);
});

test("sends a disabled hook as off", async () => {
  expect(inputsOf(await register(false), "access-token-hook-settings")).toEqual({
    projectRef: "ref",
    auth: '{"hook_custom_access_token_enabled":false}',
  });
});

test("names the function that the bundle creates", () => {
  const file = "../../../sql/repeatable/functions/custom_access_token_hook.sql";

  expect(readFileSync(path.resolve(import.meta.dirname, file), "utf8")).toContain(
    "create or replace function private.custom_access_token_hook(event jsonb)",
  );
});
