import { mkdtemp, realpath, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
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
const clean = (check_type: string) => ({ check_type, results: { failed_checks: [] }, summary });

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), "thorbis-findings-")));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

test("both forms of checkov's findings name the resource, and each finding counts once", () => {
  const findings = checkovFindings(
    [
      {
        check_type: "terraform_plan",
        results: {
          failed_checks: [
            failed("CKV_1", "aws_sqs_queue.letters"),
            failed("CKV_2", "aws_sns_topic.alarms-a@example.com"),
          ],
        },
        summary,
      },
      {
        check_type: "cloudformation",
        results: {
          failed_checks: [{ ...failed("CKV_1", "AWS::SQS::Queue.Letters"), check_name: "Otherwise named" }],
        },
        summary,
      },
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
])("a file that checkov did not read is not a clean result: %j", (unread) => {
  const reports = [clean("terraform_plan"), { ...clean("cloudformation"), summary: unread }];

  expect(() => checkovFindings(reports, names)).toThrow("checkov could not read a converted stack");
});

test("two clean reports of checkov are a clean result", () => {
  expect(checkovFindings([clean("terraform_plan"), clean("cloudformation")], names)).toEqual([]);
});

test.each([
  [[], "terraform_plan and cloudformation"],
  [["terraform_plan"], "cloudformation"],
  [["cloudformation"], "terraform_plan"],
])("checkov's reports %j are not a clean result, because one is missing", (types, missing) => {
  expect(() => checkovFindings(types.map(clean), names)).toThrow(
    `checkov has no report of the framework ${missing}`,
  );
});

test("two findings of one rule on one resource are both kept if their messages differ", () => {
  const finding = { scanner: "cfn-lint", rule: "E3002", resource: "letters" } as const;
  const first = { ...finding, message: "Additional properties are not allowed ('A' was unexpected)" };
  const second = { ...finding, message: "Additional properties are not allowed ('B' was unexpected)" };

  expect(distinct([first, second, { ...first }])).toEqual([first, second]);
});

test("cfn-lint's findings are about the resource on their path, or about the template", () => {
  const finding = (Path: string[] | null) => ({ Rule: { Id: "E3002" }, Message: "no", Location: { Path } });

  expect(
    cfnLintFindings([finding(["Resources", "Letters", "Properties"]), finding(null)], names).map(
      ({ resource }) => resource,
    ),
  ).toEqual(["letters", "template"]);
});

test("cdk-nag's ids name the finding, without account and region", () => {
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

test("cdk-nag's ids are the same in every account, also for what has no region", () => {
  const ruleOf = (account: string) =>
    cdkNagFindings(
      {
        violations: [
          {
            ruleName: `AwsSolutions-IAM5[Resource::arn:aws:iam::${account}:role/x-*]`,
            description: "no",
            violatingResources: [{ constructPath: "Audited/Template/Letters" }],
          },
        ],
      },
      names,
    )[0]?.rule;

  expect(ruleOf("210987654321")).toBe("AwsSolutions-IAM5[Resource::arn:aws:iam::<account>:role/x-*]");
  expect(ruleOf("123456789012")).toBe(ruleOf("210987654321"));
});

test("a scanner that ends with an exit code for its findings has a report", async () => {
  const script = "process.stdout.write('[1]'); process.exitCode = 2";

  expect(
    await reportOf("s", [process.execPath, "-e", script], { schema: z.array(z.number()), folder }),
  ).toEqual([1]);
});

test("a scanner has no secret of the environment, and its working directory and home are the temporary folder", async () => {
  const secrets = [
    "AWS_SECRET_ACCESS_KEY",
    "PULUMI_ACCESS_TOKEN",
    "BC_API_KEY",
    "CKV_IGNORED",
    "XDG_CONFIG_HOME",
  ];
  for (const name of secrets) vi.stubEnv(name, "secret");
  vi.stubEnv("LANG", "C.UTF-8");
  vi.stubEnv("LC_ALL", "C.UTF-8");
  vi.stubEnv("LC_CTYPE", "C.UTF-8");
  const script = "process.stdout.write(JSON.stringify({ cwd: process.cwd(), env: process.env }))";

  const { cwd, env } = await reportOf("s", [process.execPath, "-e", script], {
    schema: z.object({ cwd: z.string(), env: z.record(z.string(), z.string()) }),
    folder,
  });

  expect(cwd).toBe(folder);
  expect(env).toEqual({
    PATH: process.env.PATH,
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    LC_CTYPE: "C.UTF-8",
    HOME: folder,
    PYTHONWARNINGS: "ignore",
  });
});

test.each([
  ["process.stderr.write('warning\\nno such option\\n'); process.exitCode = 2", "no such option"],
  ["process.stdout.write('{}')", "expected array"],
])("a scanner without a report is an error with its reason: %s", async (script, reason) => {
  await expect(
    reportOf("s", [process.execPath, "-e", script], { schema: z.array(z.number()), folder }),
  ).rejects.toThrow(
    new RegExp(`^s could not scan the stack \\(.*${reason}.*\\): see audit/README.md\\.$`, "s"),
  );
});
