import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { findTools } from "../../../backup/postgres/tools";
import { ArchiveReader } from "../../../backup/verify/archiveReader";
import { childrenOf } from "../support/commands";

// Needs pg_restore, but no server.

it("reads the rest of an object after its programs have ended, and reports the result", async () => {
  const reader = new ArchiveReader(await findTools(), "contents", new AbortController().signal);
  // While nothing is written, so that the pipe closes without an error.
  for (const pid of childrenOf(process.pid, "zstd")) process.kill(pid, "SIGKILL");
  await expect.poll(() => childrenOf(process.pid, "zstd"), { timeout: 20_000 }).toEqual([]);
  await reader.write(randomBytes(1024 * 1024));
  await reader.write(randomBytes(1024 * 1024));
  // A killed program says nothing about the object.
  await expect(reader.finish()).rejects.toThrow("zstd was ended by signal SIGKILL");
});
