import { expect, test } from "vitest";
import { costOfPreview } from "../../../ops/preview/cost";

test("the cost of a stack is compared with that of the commit where the change began", () => {
  const found = costOfPreview("prod", "HEAD");

  expect(found?.before).toBeGreaterThan(0);
  expect(found?.after).toBeGreaterThan(0);
});

test("a copy on this machine costs the same as its environment", () => {
  expect(costOfPreview("like-dev", undefined)).toEqual(costOfPreview("dev", undefined));
});

test("the cost is not compared if the base does not exist or is an option of git", () => {
  for (const base of ["no-such-branch", "--output=stolen"]) {
    expect(costOfPreview("dev", base)).toMatchObject({ after: expect.any(Number), lines: [] });
    expect(costOfPreview("dev", base)).not.toHaveProperty("before");
  }
});

test("a stack without an estimate has no cost", () => {
  expect(costOfPreview("local", "HEAD")).toBeUndefined();
  expect(costOfPreview("nosuch", "HEAD")).toBeUndefined();
});
