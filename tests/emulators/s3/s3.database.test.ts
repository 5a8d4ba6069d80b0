import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureS3Installed, type S3Server, startS3, stopS3 } from "../../../emulators/s3";
import { identifyProcess } from "../../../foundation/processLock/identity.mjs";

const keys = { accessKey: "access", secretKey: "canary-secret-key" };
const Bucket = "things";
let directory: string;

beforeEach(async () => {
  // Contains a space, because a user's home folder may have one.
  directory = path.join(await mkdtemp(path.join(tmpdir(), "thorbis s3 ")), "store");
});

afterEach(async () => {
  await stopS3(directory);
  await rm(path.dirname(directory), { recursive: true, force: true });
});

const clientOf = ({ endpoint }: S3Server, secretAccessKey = keys.secretKey): S3Client =>
  new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: keys.accessKey, secretAccessKey },
    maxAttempts: 1,
  });

describe("the local S3 server", () => {
  it("keeps objects, versions and locks after a restart, on the same port", async () => {
    const first = await startS3({ directory, ...keys });
    const before = clientOf(first);
    await before.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await before.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
    const body = Buffer.alloc(6 * 1024 * 1024, "x");
    await new Upload({
      client: before,
      params: { Bucket, Key: "a b+ü", Body: body, ChecksumAlgorithm: "CRC32" },
    }).done();
    await before.send(new PutObjectCommand({ Bucket, Key: "note", Body: "one" }));
    const { VersionId } = await before.send(new PutObjectCommand({ Bucket, Key: "note", Body: "two" }));
    const lock = { Mode: "COMPLIANCE", RetainUntilDate: new Date(Date.now() + 3_600_000) } as const;
    await before.send(new PutObjectRetentionCommand({ Bucket, Key: "note", VersionId, Retention: lock }));
    await first.stop();
    expect(identifyProcess(first.pid)).toBeUndefined();

    const second = await startS3({ directory, ...keys });
    const after = clientOf(second);
    expect(second.endpoint).toBe(first.endpoint);
    const { Contents } = await after.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
      ["a b+ü", body.length],
      ["note", 3],
    ]);
    const { Versions } = await after.send(new ListObjectVersionsCommand({ Bucket, Prefix: "note" }));
    expect(Versions?.map(({ IsLatest }) => IsLatest)).toEqual([true, false]);
    const { Body } = await after.send(new GetObjectCommand({ Bucket, Key: "note" }));
    expect(await Body?.transformToString()).toBe("two");
    await expect(after.send(new DeleteObjectCommand({ Bucket, Key: "note", VersionId }))).rejects.toThrow(
      /lock/i,
    );
  });

  it("is adopted while it runs", async () => {
    const [one, two] = await Promise.all([startS3({ directory, ...keys }), startS3({ directory, ...keys })]);
    expect(two.pid).toBe(one.pid);
  });

  it("is found again after it was killed", async () => {
    const first = await startS3({ directory, ...keys });
    process.kill(first.pid, "SIGKILL");
    const second = await startS3({ directory, ...keys });
    expect(second.pid).not.toBe(first.pid);
    await clientOf(second).send(new CreateBucketCommand({ Bucket }));
  });

  it("listens on loopback only, without a key in its command line", async () => {
    const { pid, port } = await startS3({ directory, ...keys });
    // Addresses are hexadecimal there, those of IPv4 with the last byte first.
    const listening = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/)[1] ?? "")
        .filter((address) => address.endsWith(`:${port.toString(16).toUpperCase().padStart(4, "0")}`)),
    );
    expect(new Set(listening.map((address) => address.split(":")[0]))).toEqual(new Set(["0100007F"]));
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    expect(commandLine).toContain("versitygw");
    expect(commandLine).not.toContain(keys.secretKey);
  });

  it("refuses another secret key", async () => {
    const server = await startS3({ directory, ...keys });
    await expect(clientOf(server, "wrong").send(new CreateBucketCommand({ Bucket }))).rejects.toThrow(
      /signature/i,
    );
  });

  it("names the port that is in use", async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port));
    });
    try {
      await expect(startS3({ directory, port, ...keys })).rejects.toThrow(
        `Port ${port} on 127.0.0.1, where the S3 server should listen, is taken: end the program that uses it or choose another port.`,
      );
    } finally {
      other.close();
    }
  });
});

describe("installing it", () => {
  it("is refused in one sentence if there is no Go", async () => {
    const environment = { XDG_CACHE_HOME: path.join(path.dirname(directory), "cache"), PATH: "/nowhere" };
    await expect(ensureS3Installed(() => undefined, environment)).rejects.toThrow(
      "The local S3 server is built with Go 1.25 or newer, and there is none on PATH: install Go and run the command again.",
    );
    expect(existsSync(environment.XDG_CACHE_HOME)).toBe(true);
  });
});
