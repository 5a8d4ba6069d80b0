import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureS3Installed } from "../../../emulators/s3";
import { pulumiVersion } from "../../../local/toolchain/versions";
import { buildsCli, Fixture } from "./fixture";

// Go caches modules, toolchains and compiled packages. Our builds must keep them in our own folder and remove them.

const variables = ["GOPATH", "GOMODCACHE", "GOCACHE", "GOTMPDIR"];

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "go caches "));
});

afterEach(() => rmSync(root, { recursive: true }));

/** Returns JavaScript of a Go that fills its caches and records their folders and its flags. */
const fillsCaches = (log: string) => `
  for (const name of ${JSON.stringify(variables)}) {
    fs.mkdirSync(process.env[name] + "/left", { recursive: true });
    fs.appendFileSync(${JSON.stringify(log)}, process.env[name] + "\\n");
  }
  fs.appendFileSync(${JSON.stringify(log)}, process.env.GOFLAGS + "\\n");
`;

const noted = (log: string) => readFileSync(log, "utf8").trim().split("\n");

test("a build of the Pulumi CLI keeps Go's caches in our folder and removes them", async () => {
  const fixture = new Fixture();
  const log = path.join(root, "log");
  fixture.environment.GOFLAGS = "-p=1";
  fixture.addGo("1.25.8", fillsCaches(log) + buildsCli(pulumiVersion));

  await fixture.ensure();

  const [flags, ...folders] = noted(log).reverse();
  expect(folders.map((folder) => folder.startsWith(fixture.versionFolder))).toEqual([true, true, true, true]);
  expect(flags).toBe("-p=1 -modcacherw");
  expect(readdirSync(fixture.versionFolder).map((name) => name.replace(/-.*/, "-"))).toEqual([
    "build",
    "host-",
  ]);
  expect(readdirSync(path.join(fixture.versionFolder, "build"))).toEqual(["pulumi"]);
  expect(readdirSync(fixture.root).sort()).toEqual(["bin", "cache", "checkout", "go.log"]);
  fixture.remove();
});

test("a build that fails removes them, too", async () => {
  const fixture = new Fixture();
  fixture.addGo("1.25.8", `${fillsCaches(path.join(root, "log"))} process.exit(1);`);

  await expect(fixture.ensure()).rejects.toThrow(/^Building the Pulumi CLI .* failed/);

  expect(readdirSync(fixture.versionFolder)).toEqual([]);
  fixture.remove();
});

test("a build of the S3 server keeps Go's caches in our folder and removes them", async () => {
  const [bin, cache, log] = ["bin", "cache", "log"].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(bin);
  const go = path.join(bin, "go");
  writeFileSync(
    go,
    `#!${process.execPath}
    const fs = require("node:fs");
    if (process.argv[2] === "version") console.log("go version go1.25.0 linux/amd64");
    else if (process.argv[2] === "env") console.log("-mod=mod -p=1");
    else {
      ${fillsCaches(log)}
      fs.writeFileSync(process.env.GOBIN + "/versitygw", "#!/bin/sh\\n", { mode: 0o755 });
    }`,
  );
  chmodSync(go, 0o755);

  const program = await ensureS3Installed(() => undefined, {
    PATH: `${bin}:/usr/bin:/bin`,
    XDG_CACHE_HOME: cache,
    HOME: root,
  });

  const [flags, ...folders] = noted(log).reverse();
  expect(folders.map((folder) => folder.startsWith(path.dirname(program)))).toEqual([true, true, true, true]);
  expect(flags).toBe("-p=1 -modcacherw");
  expect(readdirSync(path.dirname(program))).toEqual([path.basename(program)]);
  expect(readdirSync(root).sort()).toEqual(["bin", "cache", "log"]);
});

test("the progress of a build is shown only on a terminal", async () => {
  const { progressToStandardError } = await import("../../../local/progress");
  const written: string[] = [];
  const write = process.stderr.write;
  process.stderr.write = ((text: string) => written.push(text)) as unknown as typeof write;
  try {
    progressToStandardError("Building");
    progressToStandardError("Building: 5 s, 12 packages compiled", "tick");
    progressToStandardError("Done", "step");
  } finally {
    process.stderr.write = write;
  }

  expect(written).toEqual(["Building\n", "Done\n"]);
});
