import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type PackageManifest,
  programDependencies,
  requiredPackage,
  requiredPackages,
} from "../../../local/toolchain/languageHost/packages";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "packages-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function addPackage(folder: string, manifest: PackageManifest): void {
  mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(path.join(root, folder, "package.json"), JSON.stringify(manifest));
}

const aws = { name: "@pulumi/aws", version: "7.48.0", pulumi: { resource: true, name: "aws" } };
const parameterization = { name: "supabase", version: "1.10.1", value: "eyJhIjoxfQ==" };

describe("requiredPackage", () => {
  it.each<[string, PackageManifest, ReturnType<typeof requiredPackage>]>([
    ["a package without plugin", { name: "zod", version: "4.0.0" }, undefined],
    ["a package that declares no plugin", { ...aws, pulumi: { resource: false } }, undefined],
    ["a plugin named by its block", aws, { name: "aws", version: "v7.48.0", server: "" }],
    [
      "a plugin named by its package",
      { name: "@pulumi/random", version: "v4.1.0", pulumi: { resource: true } },
      { name: "random", version: "v4.1.0", server: "" },
    ],
    [
      "a plugin of another scope, with its own version and server",
      {
        name: "@acme/thing",
        version: "1.0.0",
        pulumi: { resource: true, version: "2.0.0", server: "https://plugins.example" },
      },
      { name: "acme/thing", version: "v2.0.0", server: "https://plugins.example" },
    ],
    [
      "a parameterized plugin",
      {
        name: "@pulumi/supabase",
        version: "1.10.1",
        pulumi: { resource: true, name: "terraform-provider", version: "1.1.3", parameterization },
      },
      { name: "terraform-provider", version: "v1.1.3", server: "", parameterization },
    ],
  ])("reads %s", (_case, manifest, expected) => {
    expect(requiredPackage(manifest)).toEqual(expected);
  });
});

describe("requiredPackages", () => {
  it("finds scoped, nested and linked packages, each once, and only installed ones", () => {
    addPackage("app", { name: "app", dependencies: { "@pulumi/gcp": "1.0.0" } });
    addPackage("app/node_modules/@pulumi/aws", aws);
    addPackage("app/node_modules/wrapper", { name: "wrapper", version: "1.0.0" });
    addPackage("app/node_modules/wrapper/node_modules/@pulumi/aws", aws);
    addPackage("app/node_modules/wrapper/node_modules/@pulumi/aws-old", {
      ...aws,
      version: "6.0.0",
    });
    addPackage("sdks/supabase", {
      name: "@pulumi/supabase",
      version: "1.10.1",
      pulumi: { resource: true, name: "terraform-provider", version: "1.1.3", parameterization },
    });
    symlinkSync(path.join(root, "sdks/supabase"), path.join(root, "app/node_modules/@pulumi/supabase"));
    writeFileSync(path.join(root, "app/node_modules/.package-lock.json"), "{}");

    expect(requiredPackages(path.join(root, "app"))).toEqual([
      { name: "aws", version: "v7.48.0", server: "" },
      { name: "terraform-provider", version: "v1.1.3", server: "", parameterization },
      { name: "aws", version: "v6.0.0", server: "" },
    ]);
  });

  it("stops at a link to the program, and skips unreadable packages", () => {
    addPackage("app", { name: "app" });
    addPackage("app/node_modules/@pulumi/aws", aws);
    symlinkSync(path.join(root, "app"), path.join(root, "app/node_modules/self"));
    mkdirSync(path.join(root, "app/node_modules/broken"));
    writeFileSync(path.join(root, "app/node_modules/broken/package.json"), "{");

    expect(requiredPackages(path.join(root, "app"))).toEqual([
      { name: "aws", version: "v7.48.0", server: "" },
    ]);
  });

  it("looks in the workspace above a program without its own node_modules", () => {
    addPackage("node_modules/@pulumi/aws", aws);
    addPackage("packages/app", { name: "app" });

    expect(requiredPackages(path.join(root, "packages", "app"))).toEqual([
      { name: "aws", version: "v7.48.0", server: "" },
    ]);
  });
});

describe("programDependencies", () => {
  beforeEach(() => {
    addPackage("", {
      name: "app",
      dependencies: { zod: "^4" },
      devDependencies: { vitest: "4", absent: "1" },
    });
    addPackage("node_modules/zod", { name: "zod", version: "4.6.7" });
    addPackage("node_modules/vitest", { name: "vitest", version: "4.1.12" });
    addPackage("node_modules/chai", { name: "chai", version: "6.0.0" });
  });

  it("lists the packages of package.json, in the installed versions", () => {
    expect(programDependencies(root, false)).toEqual([
      { name: "zod", version: "4.6.7" },
      { name: "vitest", version: "4.1.12" },
    ]);
  });

  it("lists all installed packages if transitive ones are requested", () => {
    expect(programDependencies(root, true).map(({ name }) => name)).toEqual(["chai", "vitest", "zod"]);
  });
});
