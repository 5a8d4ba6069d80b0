import { describe, expect, test } from "vitest";
import { declaredStack } from "../../audit/declaredStack";
import { unusedWaivers, violationOf, violationsOf } from "../../policy/judge";
import type { StackResource } from "../../policy/rule";
import { resourceRules, stackRules } from "../../policy/rules";
import type { Waiver } from "../../policy/waivers";
import { bad } from "./specimens";

const all = { resource: resourceRules, stack: stackRules };
const names = [...resourceRules, ...stackRules].map(({ name }) => name);
/** Makes a stack a production stack, without a violation. */
const production: StackResource = {
  urn: "urn:marker",
  type: "marker",
  name: "marker",
  properties: { tags: { Environment: "production" } },
  isProtected: false,
};

test("there are at least thirty rules, each with a unique name and a resource that violates it", () => {
  expect(names.length).toBeGreaterThanOrEqual(30);
  expect(new Set(names).size).toBe(names.length);
  expect(Object.keys(bad).sort()).toEqual([...names].sort());
});

test.each(Object.entries(bad))("%s reports the resource that violates it", (rule, { type, properties }) => {
  const resource = { urn: "urn:bad", type, name: "bad", properties, isProtected: false };

  const found = violationsOf(all, [production, resource]).filter((violation) => violation.rule === rule);

  expect(found).toEqual([{ rule, resource: "bad", message: expect.stringMatching(/^must \S/) }]);
});

describe("our own stacks", () => {
  /** Returns the AWS part of a stack as its committed configuration declares it. Engine tests cover what mocks do not see. */
  async function resourcesOf(stack: string, changes: Readonly<Record<string, unknown>> = {}) {
    const { config, resources } = await declaredStack(stack, changes);
    return resources.map(
      ({ type, name, inputs }): StackResource => ({
        urn: `urn:pulumi:${stack}::thorbis-supabase::${type}::${name}`,
        type,
        name,
        properties: inputs,
        isProtected: config.project.deletionProtection,
      }),
    );
  }

  test.each(["local", "dev", "prod"])("%s violates no rule", async (stack) => {
    const resources = await resourcesOf(stack);

    expect(resources.length).toBeGreaterThan(35);
    expect(violationsOf(all, resources)).toEqual([]);
  });

  test("prod with copies in a second region violates no rule", async () => {
    const resources = await resourcesOf("prod", { replica: { region: "us-west-2" } });

    expect(resources.map(({ name }) => name)).toContain("backup-replica-object-lock");
    expect(violationsOf(all, resources)).toEqual([]);
  });

  test.each([
    ["backup-bucket-events", "backup-bucket-bucket"],
    ["backup-alarms-deleted", "backup-bucket-bucket"],
    ["backup-replica-events", "backup-replica-bucket"],
    ["backup-replica-deleted", "backup-replica-bucket"],
  ])("prod without %s does not report deletions in %s", async (absent, bucket) => {
    const resources = await resourcesOf("prod", { replica: { region: "us-west-2" } });

    const without = resources.filter(({ name }) => name !== absent);

    expect(without).toHaveLength(resources.length - 1);
    expect(violationsOf(all, without)).toEqual([
      {
        rule: "bucket-reports-deletions",
        resource: bucket,
        message: "must report deletions of its objects",
      },
    ]);
  });

  test("prod without object lock, key or deletion protection violates the rules for those", async () => {
    const resources = await resourcesOf("prod");
    const without = resources
      .filter(({ type }) => !type.includes("bucketObjectLock"))
      .map((resource) => ({ ...resource, isProtected: false }));

    expect(new Set(violationsOf(all, without).map(({ rule }) => rule))).toEqual(
      new Set(["bucket-has-object-lock", "data-is-protected"]),
    );
  });
});

describe("a waiver", () => {
  const waiver: Waiver = {
    rule: "queue-is-encrypted",
    resource: "letters",
    reason: "Nothing secret is in it.",
    owner: "platform@example.com",
    until: "2026-12-31",
  };
  const rule = { name: waiver.rule };
  const judged = (now: string, resource = "letters") =>
    violationOf(rule, resource, "must be encrypted", { waivers: [waiver], now: new Date(now) });

  test("is valid through its last day, for its resource only", () => {
    expect(judged("2026-12-31T23:59:59Z")).toBeUndefined();
    expect(judged("2026-12-31T23:59:59Z", "other")).toBe("must be encrypted.");
  });

  test("that has expired is a violation that names its owner", () => {
    expect(judged("2027-01-01T00:00:00Z")).toBe(
      "must be encrypted; the waiver of platform@example.com expired on 2026-12-31: renew it in policy/waivers.ts, or remove its cause.",
    );
  });

  test("that no resource needs is reported", () => {
    expect(unusedWaivers([waiver], [{ rule: "queue-is-encrypted", resource: "letters" }])).toEqual([]);
    expect(unusedWaivers([waiver], [{ rule: "key-rotates", resource: "letters" }])).toEqual([waiver]);
  });
});

describe("settings of a project in several resources", () => {
  const settings = (name: string, properties: StackResource["properties"]): StackResource => ({
    urn: `urn:${name}`,
    type: "supabase:index/settings:Settings",
    name,
    properties,
    isProtected: false,
  });
  const blamed = (...resources: StackResource[]) =>
    violationsOf(all, [production, ...resources])
      .filter(({ rule }) => rule === "database-enforces-ssl")
      .map(({ resource }) => resource);

  test("enforce SSL if one of them enforces it", () => {
    expect(blamed(settings("all", { sslEnforcement: true }), settings("part", {}))).toEqual([]);
  });

  test("do not enforce SSL if one of them disables it, or none sets it", () => {
    expect(
      blamed(settings("all", { sslEnforcement: true }), settings("part", { sslEnforcement: false })),
    ).toEqual(["part"]);
    expect(blamed(settings("all", {}), settings("part", {}))).toEqual(["all"]);
  });
});
