import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureCompressor } from "../../local/compressor";

let folder: string;
let installed: string[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "compressor "));
  installed = [];
});

afterEach(() => rm(folder, { recursive: true }));

const program = (name: string) => writeFile(path.join(folder, name), "#!/bin/sh\n", { mode: 0o755 });

/** Returns a machine whose programs are those in the folder, and whose apt-get installs the requested packages or nothing. */
const machine = (isRoot: boolean, aptGet: "works" | "does nothing" = "works") => ({
  searchPath: [folder],
  isRoot,
  async install(args: readonly string[]) {
    installed.push(args.join(" "));
    if (aptGet === "works" && args.includes("zstd")) await program("zstd");
  },
});

const nothing = () => undefined;

test("a machine with zstd is not changed", async () => {
  await Promise.all([program("zstd"), program("apt-get")]);

  await ensureCompressor(nothing, machine(true));

  expect(installed).toEqual([]);
});

test("root on a Debian without zstd gets the package and a message", async () => {
  await program("apt-get");
  const lines: string[] = [];

  await ensureCompressor((line) => lines.push(line), machine(true));

  expect(installed).toEqual(["update", "install zstd"]);
  expect(lines).toEqual(["Installing Debian's package zstd, which compresses backups."]);
});

test.each([
  ["an ordinary user on Debian", ["apt-get"], false, "run `sudo apt-get install zstd`"],
  ["a machine without apt-get", [], true, "install it from your system's packages"],
  ["root whose apt-get does not install zstd", ["apt-get"], true, "run `sudo apt-get install zstd`"],
])("%s gets a message with what to install", async (_, programs, isRoot, how) => {
  await Promise.all(programs.map(program));

  await expect(ensureCompressor(nothing, machine(isRoot, "does nothing"))).rejects.toThrow(
    `zstd, which compresses backups, is not on PATH: ${how}, then run the command again.`,
  );
});
