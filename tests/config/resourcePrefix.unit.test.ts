import { expect, test } from "vitest";
import { resourcePrefix, resourcePrefixProblem } from "../../config/aws/resourcePrefix";

const prefixOf = (name: string) => resourcePrefix({ name });

test("a name that AWS accepts is used unchanged, and a configured prefix takes precedence", () => {
  expect(prefixOf("thorbis-prod")).toBe("thorbis-prod");
  expect(resourcePrefix({ name: "Thorbis Production", resourcePrefix: "thorbis-prod" })).toBe("thorbis-prod");
});

test.each([
  ["case", "thorbis-prod", "Thorbis-Prod"],
  ["characters that AWS does not allow", "thorbis prod", "thorbis.prod"],
  ["characters after the 40th", `${"t".repeat(45)}-dev`, `${"t".repeat(45)}-prod`],
  ["a trailing separator", "thorbis", "thorbis_"],
])("two names that differ only in %s have two prefixes", (_what, one, other) => {
  expect(prefixOf(one)).not.toBe(prefixOf(other));
  for (const name of [one, other]) expect(resourcePrefixProblem(prefixOf(name))).toBeUndefined();
});

test.each(["sg-shop", "aws-shop", "aws", "2nd shop", "a", "._ -"])(
  "a prefix of %j does not begin with anything that AWS reserves",
  (name) => {
    expect(resourcePrefixProblem(prefixOf(name))).toBeUndefined();
    expect(prefixOf(name)).not.toMatch(/^(sg-|aws)/);
  },
);

test("a configured prefix must be valid", () => {
  expect(resourcePrefixProblem("sg-shop")).toBe("must not begin with sg- or aws-, which AWS reserves");
  for (const wrong of ["ab", "Shop", "shop-", "shop--a", "2shop", "s".repeat(41)]) {
    expect(resourcePrefixProblem(wrong)).toBe(
      "must be 3 to 40 lower-case letters, digits and single hyphens, and begin with a letter",
    );
  }
});
