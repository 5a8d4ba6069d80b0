import { describe, expect, test } from "vitest";
import { auditedStacks } from "../../audit/auditedStacks";
import type { Finding } from "../../audit/finding";
import { judge } from "../../audit/judge";
import { scannerWaivers, waiversOfStack } from "../../policy/scannerWaivers";
import type { Waiver } from "../../policy/waivers";

const finding: Finding = {
  scanner: "checkov",
  rule: "CKV_AWS_27",
  resource: "letters",
  message: "Ensure the queue is encrypted.",
};
const waiver: Waiver = {
  rule: "CKV_AWS_27",
  resource: "letters",
  reason: "Nothing secret is in it.",
  owner: "platform@example.com",
  until: "2026-12-31",
};
const lastDay = new Date("2026-12-31T23:59:59Z");

test("a finding without a waiver is a violation that says what to do", () => {
  expect(judge([finding], [{ ...waiver, resource: "other" }], lastDay)).toEqual({
    violations: [
      "letters: checkov CKV_AWS_27: Ensure the queue is encrypted: correct the component, or add a waiver with a date to policy/scannerWaivers.ts.",
    ],
    advice: ["The waiver of CKV_AWS_27 for other is not needed: remove it from policy/scannerWaivers.ts."],
    waived: 0,
  });
});

test("a waiver applies through its last day", () => {
  expect(judge([finding], [waiver], lastDay)).toEqual({ violations: [], advice: [], waived: 1 });
});

test("an expired waiver is a violation that names its owner", () => {
  const { violations } = judge([finding], [waiver], new Date("2027-01-01T00:00:00Z"));

  expect(violations).toEqual([
    "letters: checkov CKV_AWS_27: Ensure the queue is encrypted; the waiver of platform@example.com expired on 2026-12-31: renew it in policy/scannerWaivers.ts, or remove its cause.",
  ]);
});

describe("the committed waivers", () => {
  test("have a date, a reason and an owner each", () => {
    for (const { until, reason, owner } of scannerWaivers) {
      expect(new Date(until).toISOString().slice(0, 10)).toBe(until);
      expect(reason).toMatch(/^[A-Z].*\.$/);
      expect(owner).toMatch(/@/);
    }
  });

  test("are about resources that the audit looks at by default, each once", async () => {
    const audited = await auditedStacks([], undefined);

    expect(audited.map(({ stack }) => stack)).toEqual(["dev", "prod", "bootstrap"]);
    for (const { stack, resources } of audited) {
      const names = resources.map(({ name }) => name);
      const waivers = waiversOfStack(stack);
      expect(waivers.map(({ resource }) => resource).filter((name) => !names.includes(name))).toEqual([]);
      expect(new Set(waivers.map(({ rule, resource }) => `${rule} ${resource}`)).size).toBe(waivers.length);
    }
  });

  test("do not apply to other stacks", () => {
    expect(waiversOfStack("prod").map(({ rule }) => rule)).not.toContain("CKV_AWS_65");
    expect(waiversOfStack("staging")).toEqual([]);
  });
});
