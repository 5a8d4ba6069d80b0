import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, ListMultipartUploadsCommand, type S3Client } from "@aws-sdk/client-s3";
import { vi } from "vitest";
import { createClient } from "../../../backup/store/client";
import { ObjectStore } from "../../../backup/store/objectStore";
import { startS3 } from "../../../emulators/s3";

export const bucket = "test-backups";

/** A separate S3 server with one bucket, selected by the environment of the process. */
export interface TestStore {
  readonly store: ObjectStore;
  /** For operations that the program never uses, such as replacing an object. */
  readonly client: S3Client;
  /** The environment with which the backup program finds it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Returns the keys of the bucket, in order. */
  keys(prefix?: string): Promise<string[]>;
  unfinishedUploads(): Promise<number>;
  remove(): Promise<void>;
}

export async function startTestStore(): Promise<TestStore> {
  const folder = await mkdtemp(path.join(tmpdir(), "thorbis-backup-store-"));
  const credentials = { accessKey: "test-access", secretKey: "test-secret-key" };
  const server = await startS3({ directory: folder, ...credentials });
  const environment = {
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL_S3: server.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKey,
    AWS_SECRET_ACCESS_KEY: credentials.secretKey,
    BACKUP_BUCKET: bucket,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const client = createClient({
    region: "us-east-1",
    bucket,
    forcePathStyle: true,
    timeoutSeconds: 60,
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  const store = new ObjectStore(client, bucket);
  return {
    store,
    client,
    environment,
    keys: async (prefix = "") => (await store.list(prefix)).map(({ key }) => key),
    async unfinishedUploads() {
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return (Uploads ?? []).length;
    },
    async remove() {
      client.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      vi.unstubAllEnvs();
    },
  };
}
