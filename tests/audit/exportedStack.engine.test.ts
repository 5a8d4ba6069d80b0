import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloudFormationTemplate } from "../../audit/cloudformation/template";
import { declaredStack } from "../../audit/declaredStack";
import { type ExportedStack, exportedStack } from "../../audit/exportedStack";
import type { StackResource } from "../../audit/resource";
import { terraformPlan } from "../../audit/terraform/plan";
import { readStackFile } from "../../config/stackFile";
import { checkoutRoot } from "../../foundation/checkout";
import { type AwsAccountUnderTest, type AwsAreas, createAwsAccount } from "../support/awsStack";

// `npm run audit -- --state` reads what the engine exports. The same configuration of production, deployed and exported here, must reach
// the scanners in the form in which the components declare it.
const secondRegion = "us-west-2";
const changes = { replica: { region: secondRegion } };

let account: AwsAccountUnderTest;
let exported: ExportedStack;
let text: string;
let declared: readonly StackResource[];

beforeAll(async () => {
  const { values } = readStackFile(path.join(checkoutRoot(), "Pulumi.prod.yaml"));
  const area = (name: string) => JSON.parse(values[`thorbis-supabase:${name}`] ?? "{}");
  const areas: AwsAreas = {
    project: area("project"),
    backup: { ...area("backup"), ...changes },
    alerts: area("alerts"),
    monitoring: area("monitoring"),
    api: area("api"),
  };
  account = await createAwsAccount("all", { secondRegion });
  const stack = await account.stack("prod", areas);
  await stack.succeeds("up", "--yes", "--skip-preview");
  text = (await stack.pulumi("stack", "export")).stdout;
  exported = exportedStack("state.json", text);
  ({ resources: declared } = await declaredStack("prod", changes));
});
afterAll(async () => {
  await account?.remove();
});

const byName = (resources: readonly StackResource[]) =>
  resources.map(({ type, name }) => `${name} ${type}`).sort();
const configurationOf = (resources: readonly StackResource[]) => {
  const { configuration } = terraformPlan(resources).document as {
    configuration: { root_module: { resources: { address: string }[] } };
  };
  return new Map(configuration.root_module.resources.map((resource) => [resource.address, resource]));
};

test("a state that the engine exports has the resources that the components declare", () => {
  expect(exported.stack).toBe("prod");
  expect(byName(exported.resources)).toEqual(byName(declared));
});

test("its template is that of the components, with references in place of all ids", () => {
  expect(cloudFormationTemplate(exported.resources).document).toEqual(
    cloudFormationTemplate(declared).document,
  );
});

test("its plan refers to the same resources", () => {
  expect(configurationOf(exported.resources)).toEqual(configurationOf(declared));
});

test("the state lists the provider's defaults, and its password is encrypted", () => {
  expect(text).toContain('"__defaults"');
  expect(text).not.toContain("declared-password");
  expect(JSON.stringify(exported)).not.toContain("__defaults");
});
