import fs, { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { takeLock } from "../../foundation/processLock/lock.mjs";
import { describeError, UserError } from "../../foundation/userError";
import { withCommandLock } from "../../local/commandLock";
import { explainDiskError } from "../../local/diskErrors";

/** Called with the path before each of these operations of the lock. */
let before: (operation: string, file: string) => void = () => undefined;

beforeAll(() => {
  for (const operation of ["readFileSync", "readlinkSync", "rmSync"] as const) {
    const real = fs[operation] as (...args: unknown[]) => unknown;
    vi.spyOn(fs, operation as "rmSync").mockImplementation((...args) => {
      before(operation, String(args[0]));
      return real(...args) as undefined;
    });
  }
  syncBuiltinESMExports();
});
afterAll(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

/** Returns the lock's module as a new process has it: it has not read yet which process it runs in. */
async function newModule() {
  vi.resetModules();
  return await import("../../foundation/processLock/lock.mjs");
}

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), "lock-issues-"));
  folder = path.join(base, "lock");
});
afterEach(() => {
  before = () => undefined;
  rmSync(base, { recursive: true });
});

function failing(code: string, file: string): Error {
  return Object.assign(new Error(`${code}: ${file}`), { code, path: file });
}

function take(purpose = "") {
  const taken = takeLock(folder, purpose);
  if ("holder" in taken) throw new Error(`process ${taken.holder.pid} holds it`);
  return taken.lock;
}

test("a holder that releases the lock between two checks does not count", () => {
  const lock = take("start");
  before = (operation, file) => {
    if (operation === "readFileSync" && file.startsWith(folder)) lock.release();
  };

  take().release();

  expect(readdirSync(base)).toEqual([]);
});

test("the draft of another user does not matter to the holder", () => {
  const draft = `${folder}.draft-theirs`;
  mkdirSync(draft);
  utimesSync(draft, 0, 0);
  before = (operation, file) => {
    if (operation === "rmSync" && file === draft) throw failing("EACCES", file);
  };

  take().release();

  expect(readdirSync(base)).toEqual(["lock.draft-theirs"]);
});

test("a lock of another user is reported in one sentence", async () => {
  const directory = path.join(base, "environment");
  const theirs = path.join(directory, "command.lock", "theirs");
  before = (operation, file) => {
    if (operation === "rmSync" && file === theirs) throw failing("EACCES", file);
  };
  mkdirSync(directory);
  await withCommandLock(directory, "down", async () => undefined);
  mkdirSync(theirs, { recursive: true });

  const refused = withCommandLock(directory, "down", async () => undefined);

  const error = explainDiskError(await refused.catch((reason: unknown) => reason));
  expect(error).toBeInstanceOf(UserError);
  expect(describeError(error)).toBe(
    `${theirs} cannot be written, because this user may not write there: fix this, or set THORBIS_LOCAL_DIRECTORY to a writable folder, and run the command again.`,
  );
});

test.runIf(process.platform === "linux")(
  "a process that cannot identify itself does not get a lock",
  async () => {
    const { IdentityError, takeLock } = await newModule();
    before = (_, file) => {
      if (file.startsWith("/proc/")) throw failing("ENOENT", file);
    };

    expect(() => takeLock(folder, "")).toThrow(IdentityError);
    expect(readdirSync(base)).toEqual([]);
  },
);

test("without a process namespace, a holder names its host", async () => {
  const { takeLock } = await newModule();
  before = (operation, file) => {
    if (operation === "readlinkSync") throw failing("ENOENT", file);
  };

  const taken = takeLock(folder, "");

  const [, , place = ""] = readdirSync(folder)[0]?.split(" ") ?? [];
  expect(Buffer.from(place, "base64url").toString()).toBe(`${process.platform}:${hostname()}`);
  if ("lock" in taken) taken.lock.release();
});
