import { cp, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimDirectory, isClaimed, originalOf } from "../../local/directory";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "local directory "));
});

afterEach(() => rm(directory, { recursive: true }));

test("a new or empty folder is claimed, also repeatedly", async () => {
  const fresh = path.join(directory, "a", "b");
  expect(isClaimed(fresh)).toBe(false);

  await claimDirectory(fresh);
  await claimDirectory(fresh);

  expect(isClaimed(fresh)).toBe(true);
});

test("a folder with other files is refused and not changed", async () => {
  await writeFile(path.join(directory, "thesis.txt"), "");

  await expect(claimDirectory(directory)).rejects.toThrow(
    `${directory} contains files that do not belong to the local stack: empty it, or set THORBIS_LOCAL_DIRECTORY to another folder.`,
  );

  expect(await readdir(directory)).toEqual(["thesis.txt"]);
});

test.each([
  ["beside it", "copy"],
  ["in it", "original/copies/copy"],
])("a copy of another environment's folder, %s, is refused with the names of both", async (_, name) => {
  const original = path.join(directory, "original");
  const copy = path.join(directory, name);
  await claimDirectory(original);
  await cp(original, `${directory} aside`, { recursive: true });
  await cp(`${directory} aside`, copy, { recursive: true });
  await rm(`${directory} aside`, { recursive: true });

  await expect(claimDirectory(copy)).rejects.toThrow(
    `${copy} is a copy of ${original}, and a copied local stack cannot run: delete it with \`npm run down\` here, which does not touch ${original}, then run this command again.`,
  );

  expect(originalOf(copy)).toBe(original);
  await claimDirectory(original);
  expect(originalOf(original)).toBeUndefined();
});

test("a copy is still refused when the original is gone, because its databases may be inconsistent", async () => {
  const original = path.join(directory, "original");
  const copy = path.join(directory, "copy");
  await claimDirectory(original);
  await cp(original, copy, { recursive: true });
  await rm(original, { recursive: true });

  await expect(claimDirectory(copy)).rejects.toThrow(`${copy} is a copy of ${original}, `);
});

test("a folder that is moved, or named by a link, stays the same environment", async () => {
  const former = path.join(directory, "former");
  const moved = path.join(directory, "moved");
  await claimDirectory(former);
  await rename(former, moved);
  await symlink(moved, path.join(directory, "link"));

  await claimDirectory(path.join(directory, "link"));
  await claimDirectory(moved);

  // From now on, the new path is that of the original.
  await cp(moved, former, { recursive: true });
  expect(originalOf(former)).toBe(moved);
});

test("the folder of an earlier version, whose marker names no folder, is accepted", async () => {
  await writeFile(path.join(directory, "thorbis-local-stack"), "`npm run down` deletes this folder.\n");
  await writeFile(path.join(directory, "state"), "");

  await claimDirectory(directory);

  const copy = `${directory} copy`;
  await cp(directory, copy, { recursive: true });
  expect(originalOf(copy)).toBe(directory);
  await rm(copy, { recursive: true });
});
