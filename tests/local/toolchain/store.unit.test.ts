import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withFolderLock } from "../../../local/toolchain/store";

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), "store-"));
  folder = path.join(base, "version");
});
afterEach(() => rmSync(base, { recursive: true }));

test("waits for a checkout of an earlier version, whose lock is an empty folder", async () => {
  const earlier = `${folder}.lock`;
  mkdirSync(earlier, { recursive: true });
  const events: string[] = [];
  const waiting = withFolderLock(
    folder,
    () => events.push("waits"),
    async () => {
      events.push("runs");
      expect(readdirSync(earlier)).toHaveLength(1);
    },
  );

  await sleep(100);
  events.push("earlier version ends");
  rmdirSync(earlier);
  await waiting;

  expect(events).toEqual(["waits", "earlier version ends", "runs"]);
  expect(existsSync(earlier)).toBe(false);
});
