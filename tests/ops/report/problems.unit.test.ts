import { expect, test } from "vitest";
import { buildReport } from "../../../ops/report/build";
import { errorsOf } from "../../../ops/report/problems";
import { recorded } from "../recordings/recording";

const messagesOf = (stderr: string, exitCode: number, events = recorded("quiet").events) =>
  errorsOf({ events, exitCode, stderr }).map(({ message }) => message);

test.each([
  [
    "cannot save its plan",
    "error: writing plan: no space left on device",
    ["writing plan: no space left on device"],
  ],
  ["loses its backend", "error: update failed\nerror: saving state: EOF", ["saving state: EOF"]],
])("a command that %s after the engine ended says why", (_name, stderr, messages) => {
  expect(messagesOf(stderr, 255)).toEqual(messages);
});

test("an error of the CLI has its indented lines, but not other output", () => {
  const lock = "  s3://state/.pulumi/locks/1.json: created by ci@runner (pid 12) at 2026-11-30T10:00:00Z";
  const stderr = `warning: old CLI\nerror: the stack is currently locked by 1 lock(s)\n${lock}\nwarning: other\n  more\n`;

  expect(messagesOf(stderr, 255, [])).toEqual([`the stack is currently locked by 1 lock(s)\n${lock}`]);
});

test.each([
  "",
  "panic: runtime error: invalid memory address\n\ngoroutine 1 [running]:\n",
  "error: preview failed",
])("a failure without a message says where to look: %j", (stderr) => {
  for (const events of [[], recorded("quiet").events]) {
    expect(messagesOf(stderr, 2, events)).toEqual([
      "The CLI ended with exit code 2 and without an error message: its output is above this report, or in the job's log.",
    ]);
  }
});

test.each([
  ["succeeded", 0, ""],
  ["found changes", 7, "error: no changes were expected for refresh but changes were proposed"],
  ["was cancelled", 8, "error: preview canceled"],
])("a run that %s has no error", (_name, exitCode, stderr) => {
  expect(messagesOf(stderr, exitCode)).toEqual([]);
});

test("a run that violates a policy is refused, and has no other error", () => {
  const policyEvent = {
    ...{ policyName: "encrypted", policyPackName: "thorbis", message: "not encrypted" },
    enforcementLevel: "mandatory",
  };
  const events = [...recorded("quiet").events, { sequence: 9, timestamp: 0, policyEvent }] as never;
  const report = buildReport(
    { events, exitCode: 255, stderr: "error: preview failed: a policy", durationSeconds: 1 },
    { kind: "preview", stack: "dev", environment: {} },
  );

  expect(report.errors).toEqual([]);
  expect(report.verdict.status).toBe("refused");
});
