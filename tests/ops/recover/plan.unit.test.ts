import { expect, test } from "vitest";
import { pendingCreates, planRecovery, recoveryArguments } from "../../../ops/recover/plan";

const roleUrn =
  "urn:pulumi:local::p::thorbis:components:DatabaseRoles$postgresql:index/role:Role::roles-backup";
const bundleUrn = "urn:pulumi:local::p::supabasex:index:SqlBundle::sql";

const exported = JSON.stringify({
  version: 3,
  deployment: {
    resources: [],
    pending_operations: [
      {
        type: "creating",
        resource: { urn: roleUrn, type: "postgresql:index/role:Role", inputs: { name: "backup" } },
      },
      { type: "creating", resource: { urn: bundleUrn, type: "supabasex:index:SqlBundle" } },
      {
        type: "updating",
        resource: { urn: "urn:x", type: "postgresql:index/role:Role", inputs: { name: "monitoring" } },
      },
    ],
  },
});

test("only creations need a decision", () => {
  expect(pendingCreates(exported).map(({ urn }) => urn)).toEqual([roleUrn, bundleUrn]);
});

test.each([
  ["a stack that was never deployed", { version: 3, deployment: null }],
  ["a stack without pending operations", { version: 3, deployment: { resources: [] } }],
  ["a stack whose operations were settled", { version: 3, deployment: { pending_operations: null } }],
])("%s has nothing pending", (_, stack) => {
  expect(pendingCreates(JSON.stringify(stack))).toEqual([]);
});

test("imports existing resources and repeats the other creates", async () => {
  const plan = await planRecovery(pendingCreates(exported), {
    "postgresql:index/role:Role": async (pending) => String(pending.inputs.name),
  });

  expect(plan).toEqual({ imports: [{ urn: roleUrn, id: "backup" }], repeats: [bundleUrn] });
  expect(recoveryArguments(plan)).toEqual([
    "--clear-pending-creates",
    "--import-pending-creates",
    roleUrn,
    "--import-pending-creates",
    "backup",
  ]);
});

test("repeats the creates of resources that the service does not have", async () => {
  const plan = await planRecovery(pendingCreates(exported), {
    "postgresql:index/role:Role": async () => undefined,
  });

  expect(plan).toEqual({ imports: [], repeats: [roleUrn, bundleUrn] });
});
