import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { PostgresInstallation } from "./installation";
import { asServerUser, type ServerUser } from "./serverUser";

/** An upper bound of the checksum's offset in any version. The rest of the file is zeros. */
const maxControlDataBytes = 1024;

/**
 * Gives the copy of a cluster its own system identifier. Backups and replicas identify their source by it, and the copies of
 * one template would all have the same. No server may use the data directory, and the last one must have been shut down
 * cleanly.
 */
export async function renewSystemIdentifier(
  dataDirectory: string,
  installation: PostgresInstallation,
  user: ServerUser,
): Promise<void> {
  const file = path.join(dataDirectory, "global", "pg_control");
  const control = readFileSync(file);
  const checksumAt = findChecksum(control);
  // Like initdb, puts the seconds since 1970 into the upper half.
  control.writeUInt32LE(randomBytes(4).readUInt32LE(), 0);
  control.writeUInt32LE(Math.floor(Date.now() / 1000), 4);
  control.writeUInt32LE(crc32c(control.subarray(0, checksumAt)), checksumAt);
  writeFileSync(file, control);
  // The write-ahead log also contains the identifier, so a new log is started. After a clean shutdown the old one is not needed.
  const { command, ids } = asServerUser(user, path.join(installation.binDirectory, "pg_resetwal"), [
    "--pgdata",
    dataDirectory,
  ]);
  const [program, ...args] = command;
  await promisify(execFile)(program, args, { cwd: "/", ...ids });
}

/** Finds the checksum, which follows the data that it covers. Its offset depends on the version. */
function findChecksum(control: Buffer): number {
  for (let at = 8; at < maxControlDataBytes; at += 4) {
    const stored = control.readUInt32LE(at);
    if (stored !== 0 && stored === crc32c(control.subarray(0, at))) return at;
  }
  throw new Error("pg_control has no checksum that fits");
}

const polynomial = 0x82f63b78;
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value;
});

/** Returns the CRC-32C, the checksum of PostgreSQL's control file. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
