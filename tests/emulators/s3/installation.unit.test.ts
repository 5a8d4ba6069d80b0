import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { requireS3Tools } from "../../../emulators/s3";
import { UserError } from "../../../foundation/userError";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "thorbis go "));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Returns a machine whose only program is a `go` of this version, with `toolchain` as its GOTOOLCHAIN. */
function machine(version: string, toolchain = ""): NodeJS.ProcessEnv {
  const script = `#!/bin/sh
case "$*" in
  version) echo "go version go${version} linux/amd64";;
  "env GOTOOLCHAIN") echo "${toolchain}";;
  *) exit 2;;
esac
`;
  writeFileSync(path.join(folder, "go"), script, { mode: 0o755 });
  return { PATH: folder, XDG_CACHE_HOME: path.join(folder, "cache") };
}

test.each([
  ["1.25.0", "local"],
  ["1.26.8", "local"],
  ["1.24.4", "auto"],
  ["1.21.0", "go1.21.0+auto"],
])("Go %s with GOTOOLCHAIN=%s can build the S3 server", async (version, toolchain) => {
  await expect(requireS3Tools(machine(version, toolchain))).resolves.toBeUndefined();
});

test.each([
  ["1.19.8", ""],
  ["1.20.14", "auto"],
  ["1.24.4", "local"],
  ["1.24.4", "path"],
  ["1.24.4", "go1.24.4"],
])(
  "Go %s with GOTOOLCHAIN=%s is too old, and is refused in one sentence before anything is created",
  async (version, toolchain) => {
    const environment = machine(version, toolchain);

    await expect(requireS3Tools(environment)).rejects.toThrow(
      new UserError(
        `The local S3 server is built with Go 1.25 or newer, and the Go in ${folder} is ${version}, too old: install Go and run the command again.`,
      ),
    );
    expect(existsSync(path.join(folder, "cache"))).toBe(false);
  },
);
