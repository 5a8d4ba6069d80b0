import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { compareVersions, isSupportedPulumi, pulumiVersion } from "../../../local/toolchain/versions";
import packageJson from "../../../package.json";

describe("compareVersions", () => {
  it.each([
    ["v3.246.0", "3.246.0", 0],
    ["3.99.0", "3.227.0", -1],
    ["3.227.1", "3.227.0", 1],
    ["4.0.0", "3.999.9", 1],
    ["1.26", "1.25.8", 1],
    ["1.25", "1.25.0", 0],
    ["1.26rc1", "1.26.0", -1],
    ["3.227.0-alpha.1", "3.227.0", -1],
    ["3.228.0-alpha.1", "3.227.0", 1],
  ])("%s against %s gives the sign %i", (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
  });
});

describe("isSupportedPulumi", () => {
  it.each([
    ["3.227.0", true],
    ["3.300.0", true],
    ["3.226.9", false],
    ["3.227.0-beta.1", false],
    ["4.0.0", false],
    ["unknown", false],
  ])("%s: %s", (version, supported) => {
    expect(isSupportedPulumi(version)).toBe(supported);
  });
});

describe("the pinned version", () => {
  it("is the same for the CLI, the SDK and the Go module", () => {
    const goMod = readFileSync(path.join(checkoutRoot(), "local", "toolchain", "go", "go.mod"), "utf8");
    expect(packageJson.dependencies["@pulumi/pulumi"]).toBe(pulumiVersion);
    expect(/github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/.exec(goMod)?.[1]).toBe(pulumiVersion);
  });
});
