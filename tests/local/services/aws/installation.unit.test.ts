import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { UserError } from "../../../../foundation/userError";
import { ensureAwsInstalled } from "../../../../local/services/aws";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "thorbis python "));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A machine whose only program is this `python3`. */
function machine(script?: string): NodeJS.ProcessEnv {
  if (script !== undefined) {
    const file = path.join(folder, "python3");
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
  return { PATH: folder, XDG_CACHE_HOME: path.join(folder, "cache") };
}

const failure = async (environment: NodeJS.ProcessEnv): Promise<unknown> =>
  await ensureAwsInstalled(() => {}, environment).catch((error: unknown) => error);

it("says what to install where there is no Python", async () => {
  const error = await failure(machine());

  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toBe(
    "The local AWS needs Python 3.10 or newer, and there is none on PATH: install python3 with its venv module (Debian: apt-get install python3-venv).",
  );
});

it("says which Python is too old", async () => {
  const error = await failure(machine('echo "3.9.18"; echo /usr'));

  expect((error as Error).message).toBe(
    "The local AWS needs Python 3.10 or newer, and the one on PATH is 3.9.18: install a newer python3 with its venv module.",
  );
});

it("says so where Python has no venv module", async () => {
  const noVenv =
    'case "$1" in -c) echo "3.11.2"; echo /usr;; *) echo "No module named venv" >&2; exit 1;; esac';
  const error = await failure(machine(noVenv));

  expect((error as Error).message).toBe(
    "python3 cannot make a virtual environment (No module named venv): install its venv module (Debian: apt-get install python3-venv).",
  );
});
