import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type MultipartUpload,
  type ObjectVersion,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { isMissing, isRefused, mayBeDone, storeError } from "./errors";
import type { ListedObject, ListedVersion } from "./listed";
import { PartedUpload } from "./partedUpload";
import { type ObjectPart, resumedRead } from "./resumedRead";
import { uploadCreations } from "./uploadCreations";

/** Metadata that distinguishes our object from one that another writer stored under the same name. */
const writeMark = "thorbis-write";

/** A bucket with the operations that backups need. Every write creates a new object, and nothing is overwritten. */
export class ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #creations: ReadonlySet<Promise<unknown>>;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#creations = uploadCreations(client);
  }

  /**
   * Streams into a new object. If the stream or the signal fails, no object appears, and `abortUploads` removes what
   * was sent.
   *
   * @param body chunks that may be reused when the next one is requested
   */
  async putStream(key: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const mark = randomUUID();
    const upload = new PartedUpload({
      client: this.#client,
      signal,
      Bucket: this.#bucket,
      Key: key,
      ContentType: "application/zstd",
      ChecksumAlgorithm: "CRC32",
      IfNoneMatch: "*",
      Metadata: { [writeMark]: mark },
    });
    const work = async (): Promise<void> => {
      for await (const chunk of body) {
        signal.throwIfAborted();
        await upload.write(chunk);
      }
      await upload.complete();
    };
    let abort = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(signal.reason as Error);
    });
    aborted.catch(() => undefined);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      // A body that yields nothing is not waited for.
      await Promise.race([work(), aborted]);
    } catch (error) {
      await this.#throwUnlessWritten(key, mark, error);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Writes a small new object. */
  async putText(
    key: string,
    text: string | Uint8Array,
    contentType: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    const mark = randomUUID();
    try {
      await this.#client.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: text,
          ContentType: contentType,
          ChecksumAlgorithm: "CRC32",
          IfNoneMatch: "*",
          Metadata: { [writeMark]: mark },
        }),
        until(signal),
      );
    } catch (error) {
      await this.#throwUnlessWritten(key, mark, error);
    }
  }

  /** Handles a lost response: the client writes again and is refused because the object, which is ours, exists. */
  async #throwUnlessWritten(key: string, mark: string, error: unknown): Promise<void> {
    const failure = storeError(`Writing ${this.#name(key)}`, "s3:PutObject", error);
    if (!mayBeDone(error)) throw failure;
    const { Metadata } = await this.#client
      .send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }))
      .catch(() => ({ Metadata: undefined }));
    if (Metadata?.[writeMark] !== mark) throw failure;
  }

  /** Returns the content of an object, read over as many connections as necessary; undefined if it does not exist. */
  async open(key: string, signal?: AbortSignal): Promise<Readable | undefined> {
    const explain = (error: unknown): Error =>
      storeError(`Reading ${this.#name(key)}`, "s3:GetObject", error);
    let first: ObjectPart & { readonly tag: string | undefined };
    try {
      first = await this.#get(key, {}, signal);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw explain(error);
    }
    const continueAt = (offset: number) =>
      this.#get(key, { Range: `bytes=${offset}-`, IfMatch: first.tag }, signal);
    const read = async function* (): AsyncGenerator<Buffer> {
      try {
        yield* resumedRead(first, continueAt, signal);
      } catch (error) {
        throw explain(error);
      }
    };
    return Readable.from(read(), { objectMode: false, highWaterMark: 1024 * 1024 });
  }

  async #get(
    key: string,
    part: { readonly Range?: string; readonly IfMatch?: string | undefined },
    signal: AbortSignal | undefined,
  ): Promise<ObjectPart & { readonly tag: string | undefined }> {
    const { Body, ContentLength, ETag } = await this.#client.send(
      new GetObjectCommand({ Bucket: this.#bucket, Key: key, ...part }),
      until(signal),
    );
    // In Node, the SDK returns Node's own stream.
    return { body: Body as Readable, bytes: ContentLength ?? 0, tag: ETag };
  }

  /** Returns a small object as text; undefined if it does not exist. */
  async readText(key: string, signal?: AbortSignal): Promise<string | undefined> {
    const body = await this.open(key, signal);
    if (body === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  }

  /** Hides an object behind a delete marker. Its version stays as long as the bucket's rules keep it. */
  async remove(key: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }), until(signal));
    } catch (error) {
      throw storeError(`Deleting ${this.#name(key)}`, "s3:DeleteObject", error);
    }
  }

  async list(prefix: string, signal?: AbortSignal): Promise<ListedObject[]> {
    const objects: ListedObject[] = [];
    try {
      const pages = paginateListObjectsV2(
        { client: this.#client },
        { Bucket: this.#bucket, Prefix: prefix },
        until(signal),
      );
      for await (const page of pages) {
        for (const { Key, Size, LastModified } of page.Contents ?? []) {
          if (Key === undefined) continue;
          objects.push({ key: Key, bytes: Size ?? 0, modified: LastModified ?? new Date(0) });
        }
      }
    } catch (error) {
      throw storeError(`Listing ${this.#name(prefix)}`, "s3:ListBucket", error);
    }
    return objects;
  }

  /**
   * Returns every version and delete marker of every object; undefined if the caller may not list versions. The versions
   * of a key are in order, the newest first, and so are its delete markers, but a version and a marker are not.
   */
  async listVersions(prefix: string, signal?: AbortSignal): Promise<ListedVersion[] | undefined> {
    // By key and version, because some servers begin a page with the last entry of the previous one.
    const versions = new Map<string, ListedVersion>();
    let next: Pick<ListObjectVersionsCommandInput, "KeyMarker" | "VersionIdMarker"> | undefined = {};
    try {
      while (next !== undefined) {
        const page: ListObjectVersionsCommandOutput = await this.#client.send(
          new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: prefix, ...next }),
          until(signal),
        );
        type Entry = Pick<ObjectVersion, "Key" | "VersionId" | "IsLatest" | "LastModified">;
        const add = (isDeleteMarker: boolean, entries: Entry[] = []) => {
          for (const {
            Key: key,
            VersionId: version = "null",
            IsLatest: isLatest = false,
            ...entry
          } of entries) {
            if (key === undefined) continue;
            const modified = entry.LastModified ?? new Date(0);
            versions.set(`${key}\n${version}`, { key, version, isDeleteMarker, isLatest, modified });
          }
        };
        add(false, page.Versions);
        add(true, page.DeleteMarkers);
        next =
          page.IsTruncated === true
            ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
            : undefined;
      }
    } catch (error) {
      if (isRefused(error)) return undefined;
      throw storeError(`Listing versions below ${this.#name(prefix)}`, "s3:ListBucketVersions", error);
    }
    return [...versions.values()];
  }

  /**
   * Aborts every unfinished upload below the prefix, and returns when the store lists none. The uploader reports its
   * own abort before the store has executed it.
   */
  async abortUploads(prefix: string, patienceMilliseconds = 20_000): Promise<void> {
    await Promise.allSettled(this.#creations);
    const deadline = performance.now() + patienceMilliseconds;
    for (;;) {
      const uploads = await this.#unfinishedUploads(prefix);
      if (uploads.length === 0) return;
      if (performance.now() > deadline) {
        throw storeError(
          `Aborting ${uploads.length} unfinished uploads below ${this.#name(prefix)}`,
          "s3:AbortMultipartUpload",
          new Error("they are still listed"),
        );
      }
      for (const { Key, UploadId } of uploads) await this.#abortUpload(Key, UploadId);
    }
  }

  /** Returns when each unfinished upload below the prefix began; undefined if the caller may not list uploads. */
  async unfinishedUploads(prefix: string, signal?: AbortSignal): Promise<Date[] | undefined> {
    try {
      const uploads = await this.#unfinishedUploads(prefix, signal);
      return uploads.map(({ Initiated }) => Initiated ?? new Date(0));
    } catch (error) {
      if (error instanceof Error && isRefused(error.cause)) return undefined;
      throw error;
    }
  }

  async #unfinishedUploads(prefix: string, signal?: AbortSignal): Promise<MultipartUpload[]> {
    try {
      const { Uploads } = await this.#client.send(
        new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: prefix }),
        until(signal),
      );
      return Uploads ?? [];
    } catch (error) {
      throw storeError(`Listing uploads below ${this.#name(prefix)}`, "s3:ListBucketMultipartUploads", error);
    }
  }

  async #abortUpload(key: string | undefined, uploadId: string | undefined): Promise<void> {
    try {
      await this.#client.send(
        new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: uploadId }),
      );
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchUpload") return;
      throw storeError(`Aborting the upload of ${this.#name(key ?? "")}`, "s3:AbortMultipartUpload", error);
    }
  }

  #name(key: string): string {
    return `s3://${this.#bucket}/${key}`;
  }
}

function until(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
