import { beforeAll, describe, expect, test } from "vitest";
import { declaredStack } from "../../audit/declaredStack";
import type { Finding } from "../../audit/finding";
import { scanStack } from "../../audit/scan";
import { ensureScanners } from "../../audit/scanners/installation";

// The real scanners, which are installed from PyPI and npm: AUDIT=1 runs this test. It shows that each of them detects errors
// in a converted stack, so that a clean result of `npm run audit` is meaningful.
describe.runIf(process.env.AUDIT === "1")("a stack with deliberate errors", () => {
  let findings: readonly Finding[];
  const found = (scanner: Finding["scanner"], resource: string) =>
    findings
      .filter((finding) => finding.scanner === scanner && finding.resource === resource)
      .map(({ rule }) => rule);

  beforeAll(async () => {
    const { resources } = await declaredStack("prod");
    const lacking = ["BucketVersioning", "BucketPublicAccessBlock"].map((type) => new RegExp(`:${type}$`));
    const faulty = resources
      .filter(({ type }) => !lacking.some((pattern) => pattern.test(type)))
      .map((resource) => {
        if (resource.name === "backup-bucket-policy")
          return {
            ...resource,
            inputs: { ...resource.inputs, policy: '{"Version":"2012-10-17","Statement":[]}' },
          };
        if (resource.type === "aws:ec2/flowLog:FlowLog")
          return { ...resource, inputs: { ...resource.inputs, trafficType: "SOME" } };
        return resource;
      });
    findings = await scanStack(await ensureScanners(() => undefined), faulty);
  }, 600_000);

  test("has findings of checkov, in the plan and across resources", () => {
    expect(found("checkov", "backup-bucket-bucket")).toEqual(
      expect.arrayContaining(["CKV_AWS_21", "CKV2_AWS_6"]),
    );
  });

  test("has findings of cfn-lint", () => {
    expect(found("cfn-lint", "network-log-record")).toEqual(["E3030"]);
  });

  test("has findings of cdk-nag", () => {
    expect(found("cdk-nag", "backup-bucket-bucket")).toEqual(["AwsSolutions-S10"]);
  });
});
