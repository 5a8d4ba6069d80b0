import * as z from "zod";

const count = z.number().int().min(0);

/** The body of `PATCH config/storage`. The catalog and vector features are replaced as a whole. */
export const storageConfigPatch = z
  .strictObject({
    fileSizeLimit: z.number().int().min(0).max(536_870_912_000),
    features: z
      .strictObject({
        imageTransformation: z.strictObject({ enabled: z.boolean() }),
        s3Protocol: z.strictObject({ enabled: z.boolean() }),
        icebergCatalog: z.strictObject({
          enabled: z.boolean(),
          maxCatalogs: count,
          maxNamespaces: count,
          maxTables: count,
        }),
        vectorBuckets: z.strictObject({ enabled: z.boolean(), maxBuckets: count, maxIndexes: count }),
      })
      .partial(),
    external: z.strictObject({ upstreamTarget: z.enum(["main", "canary"]) }),
  })
  .partial();
