import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createClient } from "../../backup/store/client";
import { ObjectStore } from "../../backup/store/objectStore";
import { failureOf } from "./support/commands";
import { type Fault, type FaultyStore, type S3Request, startFaultyStore } from "./support/faultyStore";
import { bucket, startTestStore, type TestStore } from "./support/store";

// The bucket behind a network that fails. The tests read stored objects directly, not through it.

const mebibyte = 1024 * 1024;
const never = new AbortController().signal;
let direct: TestStore;
let proxy: FaultyStore;
let store: ObjectStore;
let serial = 0;

beforeAll(async () => {
  direct = await startTestStore();
  proxy = await startFaultyStore(direct.environment.AWS_ENDPOINT_URL_S3 ?? "");
  store = storeAt(proxy.endpoint);
});

afterEach(() => proxy.fail(() => undefined));

afterAll(async () => {
  await proxy?.stop();
  await direct?.remove();
});

/** Returns a store as the program creates it; the client reads its environment on its first request. */
function storeAt(endpoint: string, secretKey?: string): ObjectStore {
  vi.stubEnv("AWS_ENDPOINT_URL_S3", endpoint);
  if (secretKey !== undefined) vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretKey);
  return new ObjectStore(
    createClient({ region: "us-east-1", bucket, forcePathStyle: true, timeoutSeconds: 1 }),
    bucket,
  );
}

const newKey = () => `runs/20260101T000000000Z-${String(++serial).padStart(8, "0")}/object`;
/** Returns a stream that yields the content in chunks, like a program's output. */
const streamOf = (content: Buffer) =>
  Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
    })(),
    { objectMode: false },
  );
const put = (key: string, content: Buffer, signal = never) => store.putStream(key, streamOf(content), signal);

async function readBy(reader: ObjectStore, key: string): Promise<Buffer | undefined> {
  const body = await reader.open(key);
  if (body === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Applies this fault to the first requests of this kind. */
const first =
  (times: number, operation: S3Request["operation"], fault: Fault) =>
  (wanted: S3Request, nth: number): Fault | undefined =>
    wanted.operation === operation && nth <= times ? fault : undefined;
const always = (operation: S3Request["operation"], fault: Fault) =>
  first(Number.POSITIVE_INFINITY, operation, fault);
const answer = (status: number, code: string): Fault => ({ kind: "answer", status, code });
const countOf = (operation: S3Request["operation"]) =>
  proxy.requests.filter((wanted) => wanted.operation === operation).length;

describe("sizes around a part", () => {
  it.each([
    ["nothing", 0, 0],
    ["a byte", 1, 0],
    ["exactly one part, as one", 5 * mebibyte, 0],
    ["exactly two parts", 10 * mebibyte, 2],
    ["a byte more than two parts", 10 * mebibyte + 1, 3],
  ])("stores %s unchanged", async (_, bytes, parts) => {
    const key = newKey();
    const content = randomBytes(bytes);
    proxy.fail(() => undefined);
    await put(key, content);
    expect((await readBy(direct.store, key))?.equals(content)).toBe(true);
    expect(countOf("put part")).toBe(parts);
  });
});

describe("an upload over an unreliable network", () => {
  const content = randomBytes(20 * mebibyte);

  it.each<[string, (wanted: S3Request, nth: number) => Fault | undefined]>([
    ["a part gets status 500", first(2, "put part", answer(500, "InternalError"))],
    ["a part gets status 503", first(1, "put part", answer(503, "SlowDown"))],
    [
      "the connection breaks in the middle of a part",
      first(2, "put part", { kind: "reset", afterBytes: mebibyte }),
    ],
    ["a part gets no response", first(1, "put part", { kind: "stall" })],
    ["the response to a part is lost", first(1, "put part", { kind: "lose answer" })],
    ["completing gets status 200 and an error", first(1, "complete upload", answer(200, "InternalError"))],
    ["the response to completing is lost", first(1, "complete upload", { kind: "lose answer" })],
  ])("succeeds if %s", async (_, decide) => {
    const key = newKey();
    proxy.fail(decide);
    await put(key, content);
    expect((await readBy(direct.store, key))?.equals(content)).toBe(true);
    expect(await direct.unfinishedUploads()).toBe(0);
  });

  it("after a lost response, recognizes its own small object, and that of another run", async () => {
    const key = newKey();
    proxy.fail(first(1, "put object", { kind: "lose answer" }));
    await store.putText(key, "mine", "text/plain");
    expect(countOf("put object")).toBe(2);
    expect(await direct.store.readText(key)).toBe("mine");
    // The control: the same content by another writer.
    expect(await failureOf(store.putText(key, "mine", "text/plain"))).toEqual({
      exitCode: 4,
      message: `Writing s3://${bucket}/${key} failed: the object already exists, and backups are never overwritten.`,
    });
  });
});

describe("an upload that cannot succeed", () => {
  const content = randomBytes(20 * mebibyte);

  it.each<[string, (wanted: S3Request, nth: number) => Fault | undefined, RegExp]>([
    ["every part gets status 500", always("put part", answer(500, "InternalError")), /InternalError/],
    [
      "every connection breaks",
      always("put part", { kind: "reset", afterBytes: 1000 }),
      /ECONNRESET|socket hang up|EPIPE/,
    ],
    ["completing always fails", always("complete upload", answer(200, "InternalError")), /InternalError/],
    ["a bit is flipped in transit", first(1, "put part", { kind: "flip request" }), /failed: ./],
  ])("fails and leaves nothing if %s", async (_, decide, reason) => {
    const key = newKey();
    proxy.fail(decide);
    const { message, exitCode } = await failureOf(put(key, content));
    proxy.fail(() => undefined);
    await store.abortUploads(key);
    expect(exitCode).toBe(4);
    expect(message).toMatch(reason);
    expect(await direct.keys(key)).toEqual([]);
    expect(await direct.unfinishedUploads()).toBe(0);
  });

  it("is not retried if a retry cannot help, and stops immediately when it is aborted", async () => {
    proxy.fail(always("put object", answer(403, "AccessDenied")));
    await failureOf(store.putText(newKey(), "x", "text/plain"));
    expect(countOf("put object")).toBe(1);

    const controller = new AbortController();
    proxy.fail(always("put part", { kind: "stall" }));
    const upload = put(newKey(), content, controller.signal);
    upload.catch(() => undefined);
    await proxy.next("put part");
    controller.abort(new Error("on request"));
    await expect(upload).rejects.toThrow();
    proxy.fail(() => undefined);
    await store.abortUploads("runs/");
    expect(await direct.unfinishedUploads()).toBe(0);
  });
});

describe("an S3 error names its cause", () => {
  const key = () => newKey();
  it.each<[string, S3Request["operation"], string, () => Promise<unknown>, string]>([
    [
      "to write",
      "put object",
      "AccessDenied",
      () => store.putText(key(), "x", "text/plain"),
      "permission s3:PutObject is missing.",
    ],
    [
      "to read",
      "get object",
      "AccessDenied",
      () => store.readText(key()),
      "permission s3:GetObject is missing.",
    ],
    [
      "to list",
      "list objects",
      "AccessDenied",
      () => store.list("runs/"),
      "permission s3:ListBucket is missing.",
    ],
    [
      "to delete",
      "delete object",
      "AccessDenied",
      () => store.remove(key()),
      "permission s3:DeleteObject is missing.",
    ],
    [
      "to list uploads",
      "list uploads",
      "AccessDenied",
      () => store.abortUploads("runs/"),
      "permission s3:ListBucketMultipartUploads is missing.",
    ],
    [
      "expired credentials",
      "get object",
      "ExpiredToken",
      () => store.readText(key()),
      "the AWS credentials have expired (ExpiredToken); get new ones and run the same command again.",
    ],
    [
      "a bucket of another region",
      "list objects",
      "PermanentRedirect",
      () => store.list("runs/"),
      "the bucket is in another region than AWS_REGION (PermanentRedirect).",
    ],
    [
      "a disabled key",
      "get object",
      "KMS.DisabledException",
      () => store.readText(key()),
      "the bucket's KMS key cannot be used (KMS.DisabledException); enable the key, or cancel its deletion: KMS.DisabledException.",
    ],
    [
      "an archived object",
      "get object",
      "InvalidObjectState",
      () => store.readText(key()),
      "the object is archived; restore it first with `aws s3api restore-object`.",
    ],
    [
      "the time",
      "get object",
      "RequestTimeTooSkewed",
      () => store.readText(key()),
      "this machine's clock is wrong (RequestTimeTooSkewed).",
    ],
  ])("%s", async (_, operation, code, use, ending) => {
    proxy.fail(always(operation, answer(code === "ExpiredToken" ? 400 : 403, code)));
    const { message, exitCode } = await failureOf(use());
    expect([exitCode, message.slice(-ending.length)]).toEqual([4, ending]);
  });

  it("a wrong secret key", async () => {
    const stranger = storeAt(proxy.endpoint, "wrong-secret");
    const { message, exitCode } = await failureOf(stranger.list("runs/"));
    expect(exitCode).toBe(4);
    expect(message).toBe(
      `Listing s3://${bucket}/runs/ failed: the AWS credentials are refused (SignatureDoesNotMatch).`,
    );
  });
});

describe("a download over an unreliable network", () => {
  const content = randomBytes(6 * mebibyte);
  const key = "runs/20260202T000000000Z-00000000/object";

  beforeAll(async () => await direct.store.putStream(key, streamOf(content), never));

  it.each([
    ["is cut off", { kind: "cut answer", afterBytes: mebibyte }],
    ["is never received", { kind: "stall" }],
    ["has status 500", answer(500, "InternalError")],
  ] as [string, Fault][])("resumes if a response %s", async (_, fault) => {
    proxy.fail(first(3, "get object", fault));
    expect((await readBy(store, key))?.equals(content)).toBe(true);
    expect(countOf("get object")).toBe(4);
  });

  it("fails, instead of returning half of the object, if no more data comes", async () => {
    proxy.fail((wanted, nth) =>
      wanted.operation === "get object"
        ? nth === 1
          ? { kind: "cut answer", afterBytes: mebibyte }
          : answer(404, "NoSuchKey")
        : undefined,
    );
    const { message, exitCode } = await failureOf(readBy(store, key));
    expect([exitCode, message]).toEqual([4, `Reading s3://${bucket}/${key} failed: NoSuchKey: NoSuchKey.`]);
  });

  it("fails if the object was replaced while it was read", async () => {
    const replaced = newKey();
    await direct.store.putStream(replaced, streamOf(content), never);
    proxy.fail(first(1, "get object", { kind: "cut answer", afterBytes: mebibyte }));
    const body = await store.open(replaced);
    await direct.client.send(
      new PutObjectCommand({ Bucket: bucket, Key: replaced, Body: randomBytes(content.length) }),
    );
    const read = async () => {
      for await (const _ of body ?? []);
    };
    expect(await failureOf(read())).toEqual({
      exitCode: 4,
      message: `Reading s3://${bucket}/${replaced} failed: it was replaced while it was read.`,
    });
  });
});

describe("more objects than fit into one response", () => {
  const prefix = "runs/20260303T000000000Z-00000000/";
  const count = 1_050;
  const nameOf = (number: number) => `${prefix}object +ü ${String(number).padStart(4, "0")}`;

  beforeAll(async () => {
    const numbers = Array.from({ length: count }, (_, number) => number).values();
    const worker = async () => {
      for (const number of numbers) await direct.store.putText(nameOf(number), "x", "text/plain");
    };
    await Promise.all(Array.from({ length: 16 }, worker));
  });

  it("are all listed with their versions in several responses", async () => {
    const keys = Array.from({ length: count }, (_, number) => nameOf(number));
    proxy.fail(() => undefined);
    expect((await store.list(prefix)).map(({ key }) => key)).toEqual(keys);
    expect((await store.listVersions(prefix))?.map(({ key }) => key)).toEqual(keys);
    expect([countOf("list objects"), countOf("list versions")]).toEqual([2, 2]);
  });
});
