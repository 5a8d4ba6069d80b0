import { expect, test } from "vitest";
import { includesBucket } from "../../../../plugins/supabasex/provider/awsWatch/accessGrants";

test.each([
  ["s3://shop/*", true],
  ["s3://shop/daily/*", true],
  ["s3://shop/daily/2026.dump", true],
  ["s3://shop", true],
  ["s3://*", true],
  ["s3://sh*", true],
  ["s3://shop*", true],
  ["s3://shop-of-another-owner/*", false],
  ["s3://shop-of-another-owner", false],
  ["s3://sho", false],
  ["s3://other/shop/*", false],
  ["", false],
])("the scope %s includes objects of the bucket shop: %s", (scope, isIncluded) => {
  expect(includesBucket(scope, "shop")).toBe(isIncluded);
});
