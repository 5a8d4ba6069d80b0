import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimDirectory, isClaimed } from "../../local/directory";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "local directory "));
});

afterEach(() => rm(directory, { recursive: true }));

test("a folder that is new or empty is claimed, once and again", async () => {
  const fresh = path.join(directory, "a", "b");
  expect(isClaimed(fresh)).toBe(false);

  await claimDirectory(fresh);
  await claimDirectory(fresh);

  expect(isClaimed(fresh)).toBe(true);
});

test("a folder with somebody's files is refused and left as it is", async () => {
  await writeFile(path.join(directory, "thesis.txt"), "");

  await expect(claimDirectory(directory)).rejects.toThrow(
    `${directory} holds files that are not the local stack's: empty it, or set THORBIS_LOCAL_DIRECTORY to a folder of its own.`,
  );

  expect(await readdir(directory)).toEqual(["thesis.txt"]);
});
