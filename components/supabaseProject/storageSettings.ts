import type * as pulumi from "@pulumi/pulumi";

/** File storage. */
export interface StorageArgs {
  /** The maximum size of a file in any bucket. A bucket's own limit can only be lower. */
  readonly fileSizeLimitBytes: pulumi.Input<number>;
  /** Whether images are resized on request. */
  readonly imageTransformationEnabled: pulumi.Input<boolean>;
  /** Whether buckets are served over the S3 protocol. */
  readonly s3ProtocolEnabled: pulumi.Input<boolean>;
}

interface Feature {
  readonly enabled: boolean;
}

/** The keys of `PATCH config/storage` that this stack sets. */
export interface StorageSettings {
  /** Bytes. */
  readonly fileSizeLimit: number;
  readonly features: { readonly imageTransformation: Feature; readonly s3Protocol: Feature };
}

/** Returns the storage settings. Buckets are part of the SQL bundle. */
export function storageSettings(storage: pulumi.Unwrap<StorageArgs>): StorageSettings {
  return {
    fileSizeLimit: storage.fileSizeLimitBytes,
    features: {
      imageTransformation: { enabled: storage.imageTransformationEnabled },
      s3Protocol: { enabled: storage.s3ProtocolEnabled },
    },
  };
}
