import { Policy } from "@pulumi/aws/iam/policy";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { ExclusiveRole } from "../../components/exclusiveRole";
import { policyDocument } from "../../components/policyDocument";
import { registered, registeredInAws, tags } from "./awsWorld";

/** Registers a role, and returns its inputs and the names of the resources that are deleted after it. */
async function roleWith(purpose: "managed" | "alone") {
  const before = new Map<string, readonly string[]>();
  const names = new Map<unknown, string>();
  const resources = await registeredInAws(() => {
    pulumi.runtime.registerStackTransformation(({ name, opts, resource }) => {
      names.set(resource, name);
      before.set(
        name,
        [opts.dependsOn ?? []].flat().map((dependency) => String(names.get(dependency))),
      );
      return undefined;
    });
    const policy = new Policy("rights", { policy: "{}" });
    const document = policyDocument();
    new ExclusiveRole("task", {
      ...{ name: "task", policyName: "task", tags, trust: document, policy: document },
      ...(purpose === "managed" && { managedPolicies: [policy] }),
    });
  });
  return {
    role: registered(resources, "task-role").inputs,
    attached: registered(resources, "task-attachments").inputs.policyArns,
    deletedLater: before.get("task-role"),
  };
}

test("a role detaches its managed policies when it is deleted, before they are deleted", async () => {
  const { role, attached, deletedLater } = await roleWith("managed");

  expect(attached).toEqual(["arn:rights"]);
  expect(role.forceDetachPolicies).toBe(true);
  expect(deletedLater).toEqual(["rights"]);
});

test("a role without managed policies needs no permission to detach any", async () => {
  const { role, attached, deletedLater } = await roleWith("alone");

  expect(attached).toEqual([]);
  expect(role).not.toHaveProperty("forceDetachPolicies");
  expect(deletedLater).toEqual([]);
});
