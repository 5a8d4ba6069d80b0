import { expect, test } from "vitest";
import type { DriftItem } from "../../../ops/report/model";
import { mostSevereFirst } from "../../../ops/report/severity";

function item(severity: DriftItem["severity"], name: string, property?: string): DriftItem {
  const resource = { urn: `urn:${name}`, type: "aws:s3:Bucket", name };
  return {
    ...{ resource, severity, what: "changed", description: "a → b", outcome: "repaired" },
    ...(property === undefined ? {} : { property }),
  };
}

const expected = [
  item("high", "bucket", "policy"),
  item("high", "vault"),
  item("medium", "archive"),
  item("medium", "bucket", "acl"),
  item("medium", "bucket", "rules"),
  item("low", "archive", "tags"),
];

test("differences of any order are listed by severity, then by name and property", () => {
  expect(mostSevereFirst([...expected].reverse())).toEqual(expected);
  expect(mostSevereFirst([3, 0, 5, 2, 4, 1].flatMap((at) => expected[at] ?? []))).toEqual(expected);
});

test("equal differences stay in their order", () => {
  const twice = [item("high", "bucket"), { ...item("high", "bucket"), description: "c → d" }];

  expect(mostSevereFirst(twice)).toEqual(twice);
});
