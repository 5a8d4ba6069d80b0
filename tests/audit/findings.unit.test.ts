import { expect, test } from "vitest";
import { z } from "zod";
import { distinct } from "../../audit/finding";
import { cdkNagFindings } from "../../audit/scanners/cdkNag";
import { cfnLintFindings } from "../../audit/scanners/cfnLint";
import { checkovFindings } from "../../audit/scanners/checkov";
import { reportOf } from "../../audit/scanners/run";

const names = new Map([
  ["aws_sns_topic.alarms-a@example.com", "alarms-a@example.com"],
  ["aws_sqs_queue.letters", "letters"],
  ["Letters", "letters"],
]);
const failed = (check_id: string, resource: string) => ({ check_id, resource, check_name: "Ensure it" });
const summary = { resource_count: 2, parsing_errors: 0 };

test("checkov's findings in both forms lead to the resource, and count once", () => {
  const findings = checkovFindings(
    [
      {
        results: {
          failed_checks: [
            failed("CKV_1", "aws_sqs_queue.letters"),
            failed("CKV_2", "aws_sns_topic.alarms-a@example.com"),
          ],
        },
        summary,
      },
      { results: { failed_checks: [failed("CKV_1", "AWS::SQS::Queue.Letters")] }, summary },
    ],
    names,
  );

  expect(distinct(findings).map(({ rule, resource }) => [rule, resource])).toEqual([
    ["CKV_1", "letters"],
    ["CKV_2", "alarms-a@example.com"],
  ]);
});

test.each([
  { resource_count: 0, parsing_errors: 0 },
  { resource_count: 2, parsing_errors: 1 },
])("a file that checkov did not read is no clean result: %j", (unread) => {
  expect(() => checkovFindings([{ results: { failed_checks: [] }, summary: unread }], names)).toThrow(
    "checkov could not read a converted stack",
  );
});

test("cfn-lint's findings are about the resource on their path, or about the template", () => {
  const finding = (Path: string[] | null) => ({ Rule: { Id: "E3002" }, Message: "no", Location: { Path } });

  expect(
    cfnLintFindings([finding(["Resources", "Letters", "Properties"]), finding(null)], names).map(
      ({ resource }) => resource,
    ),
  ).toEqual(["letters", "template"]);
});

test("cdk-nag's ids say what was found, without account and region", () => {
  const found = "AwsSolutions-IAM5[Resource::arn:aws:ecs:eu-west-1:210987654321:task/x/*]";
  const violation = {
    ruleName: found,
    description: "no",
    violatingResources: [{ constructPath: "Audited/Template/Letters" }],
  };

  expect(cdkNagFindings({ violations: [violation] }, names)).toEqual([
    {
      scanner: "cdk-nag",
      rule: "AwsSolutions-IAM5[Resource::arn:aws:ecs:<region>:<account>:task/x/*]",
      resource: "letters",
      message: "no",
    },
  ]);
});

test("a scanner that ends with an exit code for its findings has a report", async () => {
  const script = "process.stdout.write('[1]'); process.exitCode = 2";

  expect(await reportOf("s", [process.execPath, "-e", script], z.array(z.number()))).toEqual([1]);
});

test.each([
  ["process.stderr.write('warning\\nno such option\\n'); process.exitCode = 2", "no such option"],
  ["process.stdout.write('{}')", "expected array"],
])("a scanner without a report is an error with its reason: %s", async (script, reason) => {
  await expect(reportOf("s", [process.execPath, "-e", script], z.array(z.number()))).rejects.toThrow(
    new RegExp(`^s could not scan the stack \\(.*${reason}.*\\): see audit/README.md\\.$`, "s"),
  );
});
