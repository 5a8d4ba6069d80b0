import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeAwsLauncher } from "../../local/awsLauncher";

// Uses an AWS CLI that prints its arguments.
const base = mkdtempSync(path.join(os.tmpdir(), "it's an aws launcher "));
const installed = path.join(base, "installed");
const directory = path.join(base, "environment");
let folder: string | undefined;

beforeAll(async () => {
  mkdirSync(installed);
  writeFileSync(path.join(installed, "aws"), `#!/bin/sh\nprintf '%s\\n' "$@"\n`, { mode: 0o755 });
  folder = await writeAwsLauncher(directory, ["/nonexistent", installed]);
});

afterAll(() => rmSync(base, { recursive: true }));

const endpoint = "http://127.0.0.1:4566";

/** Returns the arguments that the AWS CLI receives. */
function reaching(args: readonly string[], environment: NodeJS.ProcessEnv = { AWS_ENDPOINT_URL: endpoint }) {
  const output = execFileSync(path.join(folder ?? "", "aws"), [...args], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...environment },
  });
  return output.split("\n").slice(0, -1);
}

test.each([
  [["sqs", "list-queues"]],
  [["--region", "eu-west-1", "--debug", "sqs", "send-message", "--message-body", "two words"]],
  [["rds", "describe-db-instances"]],
  [["sqs", "list-queues", "--endpoint-url", "http://own"]],
])("%j reaches the local endpoint, unless the user names another one after it", (args) => {
  expect(reaching(args)).toEqual(["--endpoint-url", endpoint, ...args]);
});

test.each([
  [["s3", "ls", "s3://sqs"]],
  [["s3", "cp", "sqs", "s3://bucket/sqs"]],
  [["sts", "get-caller-identity"]],
  [["--region", "sqs", "sts", "get-caller-identity"]],
  [["--version"]],
  [[]],
])("%j is not changed", (args) => {
  expect(reaching(args)).toEqual(args.length === 0 ? [""] : args);
});

test("adds nothing without a local endpoint in the shell", () => {
  expect(reaching(["sqs", "list-queues"], {})).toEqual(["sqs", "list-queues"]);
});

test("a second evaluation of the environment does not find its own launcher", async () => {
  await writeAwsLauncher(directory, [folder ?? "", installed]);

  expect(reaching(["sts"])).toEqual(["sts"]);
});

test("there is no launcher if no AWS CLI is installed", async () => {
  const other = path.join(base, "other");
  mkdirSync(other);

  expect(await writeAwsLauncher(other, ["/nonexistent"])).toBeUndefined();
  expect(readdirSync(other)).toEqual([]);
});
