import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import {
  secondRegion,
  settingsNotPassedOn,
  settingsPassedOn,
} from "../../../components/backupReplica/secondRegion";
import { registeredInAws } from "../awsWorld";

/** Settings of the default provider, as `pulumi config` stores them. */
const configured = {
  assumeRoleWithWebIdentity: JSON.stringify({ roleArn: "arn:aws:iam::123456789012:role/deploy" }),
  httpsProxy: "http://user:password@proxy.example.com",
  insecure: "true",
  maxRetries: "7",
  noProxy: "localhost",
  useFipsEndpoint: "true",
};

let found: Record<string, pulumi.Input<string>> = {};
beforeAll(async () => {
  for (const [key, value] of Object.entries(configured)) pulumi.runtime.setConfig(`aws:${key}`, value);
  await registeredInAws(() => {
    pulumi.runtime.registerStackTransformation(({ type, props }) => {
      if (type === "pulumi:providers:aws") found = props;
      return undefined;
    });
    secondRegion("there", "us-west-2", {});
  });
});

const settingOf = async (key: string) =>
  await new Promise((resolve) => pulumi.output(found[key]).apply(resolve));

test("every setting of the installed aws provider is passed on, or omitted with a reason", () => {
  const decided = [...Object.keys(settingsPassedOn), ...Object.keys(settingsNotPassedOn)];

  expect(decided.sort()).toEqual(Object.keys(found).sort());
  expect(Object.keys(settingsNotPassedOn)).toEqual(["region"]);
});

test("strings, structures, flags and numbers are passed on as configured", async () => {
  const values = await Promise.all(Object.keys(configured).map(async (key) => [key, await settingOf(key)]));

  expect(Object.fromEntries(values)).toEqual(configured);
  expect(await settingOf("region")).toBe("us-west-2");
});

test("settings that may contain credentials stay secret in the state", async () => {
  for (const key of ["assumeRoleWithWebIdentity", "httpsProxy"])
    expect(await pulumi.isSecret(pulumi.output(found[key])), key).toBe(true);
  expect(await pulumi.isSecret(pulumi.output(found.insecure))).toBe(false);
});
