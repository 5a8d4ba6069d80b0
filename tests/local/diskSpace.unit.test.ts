import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../../foundation/userError";
import { explainFullDisk, freeMegabytes, requireSpace } from "../../local/diskSpace";

test("the free space of a missing folder is that of its future disk", () => {
  const free = freeMegabytes(os.tmpdir());
  expect(free).toBeGreaterThan(0);
  expect(Math.abs(freeMegabytes(path.join(os.tmpdir(), "no", "such", "folder")) - free)).toBeLessThan(1_000);
});

test("a start on a disk with too little space is refused with both numbers", () => {
  expect(() => requireSpace("/data/.local", 256, 24)).toThrow(
    new UserError(
      "The disk of /data/.local has 24 MB of free space, and the local stack needs 256 MB: free space there, or set THORBIS_LOCAL_DIRECTORY to a folder on another disk, and run the command again.",
    ),
  );
  requireSpace("/data/.local", 256, 256);
});

test("a deployment that failed on a nearly full disk is explained, and no other", () => {
  expect(explainFullDisk("/data/.local", "local", 7)?.message).toBe(
    "Deploying stack local failed, and the disk of /data/.local has only 7 MB of free space: nothing is lost; free space there, or set THORBIS_LOCAL_DIRECTORY to a folder on another disk, and run `npm start` again.",
  );
  expect(explainFullDisk("/data/.local", "local", 500)).toBeUndefined();
});
