import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

/** S3 accepts no smaller parts, except for the last one. */
const smallestPart = 5 * 1024 * 1024;
/**
 * After this number of parts their size doubles. S3 allows 10,000 parts per object, which results in 5 TB, the maximum
 * size of an object.
 */
const partsOfOneSize = 1000;
/** In addition to the part that is being filled, so memory stays constant. */
const partsOnTheirWay = 2;

/** A new object with its metadata. */
export interface NewObject
  extends Pick<
    PutObjectCommandInput,
    "Bucket" | "Key" | "ContentType" | "ChecksumAlgorithm" | "IfNoneMatch" | "Metadata"
  > {
  readonly client: S3Client;
  readonly signal: AbortSignal;
}

/**
 * Writes an object of unknown size. Content that fits into one part is put at once. Larger content is sent in parts
 * with reused buffers: the SDK's own uploader allocates new ones, and copies its input twice.
 */
export class PartedUpload {
  readonly #object: NewObject;
  readonly #onTheirWay = new Set<Promise<void>>();
  readonly #parts: CompletedPart[] = [];
  readonly #unused: Buffer[] = [];
  #id: string | undefined;
  #number = 1;
  #part: Buffer | undefined;
  #filled = 0;

  constructor(object: NewObject) {
    this.#object = object;
  }

  /**
   * Appends content to the object, and sends each part that is full.
   *
   * @param chunk is copied, and may be reused when the promise has resolved
   */
  async write(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#part !== undefined && this.#filled === this.#part.length) await this.#send();
      this.#part ??= this.#buffer();
      const taken = rest.subarray(0, this.#part.length - this.#filled);
      this.#part.set(taken, this.#filled);
      this.#filled += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  /** Completes the object, so that it appears. */
  async complete(): Promise<void> {
    const { client, signal: abortSignal, ...object } = this.#object;
    if (this.#id === undefined) {
      const Body = this.#content();
      await client.send(new PutObjectCommand({ ...object, Body }), { abortSignal });
      return;
    }
    await this.#send();
    await Promise.all(this.#onTheirWay);
    const Parts = this.#parts.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    const { Bucket, Key, IfNoneMatch } = object;
    await client.send(
      new CompleteMultipartUploadCommand({
        ...{ Bucket, Key, IfNoneMatch, UploadId: this.#id },
        MultipartUpload: { Parts },
      }),
      { abortSignal },
    );
  }

  /** Sends the part, and returns when the next one may be filled. */
  async #send(): Promise<void> {
    const { client, signal: abortSignal, IfNoneMatch: _, ...object } = this.#object;
    const { Bucket, Key, ChecksumAlgorithm } = object;
    if (this.#id === undefined) {
      this.#id = (await client.send(new CreateMultipartUploadCommand(object), { abortSignal })).UploadId;
    }
    if (this.#onTheirWay.size >= partsOnTheirWay) await Promise.race(this.#onTheirWay);
    const PartNumber = this.#number++;
    const part = this.#part;
    const Body = this.#content();
    const command = { Bucket, Key, ChecksumAlgorithm, UploadId: this.#id, PartNumber, Body };
    const sending = client.send(new UploadPartCommand(command), { abortSignal }).then((answer) => {
      const { ETag, ChecksumCRC32 } = answer;
      this.#parts.push({ PartNumber, ETag, ChecksumCRC32 });
      if (part !== undefined) this.#unused.push(part);
      // A failed part stays in the list, so waiting for the others reports it.
      this.#onTheirWay.delete(sending);
    });
    sending.catch(() => undefined);
    this.#onTheirWay.add(sending);
    this.#part = undefined;
    this.#filled = 0;
  }

  #content(): Buffer {
    return this.#part?.subarray(0, this.#filled) ?? Buffer.alloc(0);
  }

  #buffer(): Buffer {
    const bytes = smallestPart * 2 ** Math.floor((this.#number - 1) / partsOfOneSize);
    for (let unused = this.#unused.pop(); unused !== undefined; unused = this.#unused.pop()) {
      if (unused.length === bytes) return unused;
    }
    // Memory is allocated page by page while it is filled, so a small object needs little.
    return Buffer.allocUnsafeSlow(bytes);
  }
}
