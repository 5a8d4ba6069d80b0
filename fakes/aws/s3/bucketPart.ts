import type { S3Client } from "@aws-sdk/client-s3";
import type { AnyResource, Found, Property } from "../../engine/table";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText } from "../properties";

type CallOptions = { readonly abortSignal: AbortSignal };

/** A part of a bucket that is a separate resource. It is set as a whole, and its id is the bucket's name. */
export interface BucketPart<State> {
  readonly inputs: Readonly<Record<string, Property>>;
  readonly outputs?: readonly string[];
  /** Error codes that mean that the bucket does not have this part. */
  readonly missing: readonly string[];
  put(s3: S3Client, bucket: string, state: State, options: CallOptions): Promise<unknown>;
  /** Returns undefined if the response shows that the bucket does not have this part. */
  get(
    s3: S3Client,
    bucket: string,
    options: CallOptions,
    context: { readonly known: Partial<State> },
  ): Promise<Found<State> | undefined>;
  remove(s3: S3Client, bucket: string, options: CallOptions): Promise<unknown>;
}

export function bucketPart<State>(part: BucketPart<State>): AnyResource<Aws> {
  type Whole = State & { bucket: string; region: string };
  return resource<Aws, Whole>({
    inputs: { bucket: fixedText, ...part.inputs },
    outputs: { region: {}, ...Object.fromEntries((part.outputs ?? []).map((name) => [name, {}])) },

    async create(aws, state, { signal }) {
      await part.put(aws.use("s3"), state.bucket, state, { abortSignal: signal });
      return { id: state.bucket };
    },

    async read(aws, id, known, { signal }) {
      const bucket = known.bucket ?? id;
      const s3 = aws.use("s3");
      const state = await unlessMissing(
        part.get(s3, bucket, { abortSignal: signal }, { known }),
        "NoSuchBucket",
        ...part.missing,
      );
      return state && { id: bucket, state: { ...state, bucket, region: aws.region } as Partial<Whole> };
    },

    async update(aws, _id, { after }, { signal }) {
      await part.put(aws.use("s3"), after.bucket, after, { abortSignal: signal });
    },

    async delete(aws, _id, { bucket }, { signal }) {
      const s3 = aws.use("s3");
      await unlessMissing(part.remove(s3, bucket, { abortSignal: signal }), "NoSuchBucket", ...part.missing);
    },
  });
}
