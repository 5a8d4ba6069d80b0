import type { StackConfig } from "../../config";

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
export function storageSettings(storage: StackConfig["storage"]): StorageSettings {
  return {
    fileSizeLimit: storage.fileSizeLimitBytes,
    features: {
      imageTransformation: { enabled: storage.imageTransformationEnabled },
      s3Protocol: { enabled: storage.s3ProtocolEnabled },
    },
  };
}
