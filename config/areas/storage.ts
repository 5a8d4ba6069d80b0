import * as z from "zod";
import { integer, webUrl } from "../fields";

/** File storage. The buckets, their limits and their policies are part of the SQL bundle. */
export const storageSchema = z.strictObject({
  fileSizeLimitBytes: integer(1, 536_870_912_000).default(52_428_800).meta({
    description: "Maximum size of a file in any bucket; a bucket's own limit can only be lower.",
  }),
  imageTransformationEnabled: z
    .boolean()
    .default(false)
    .meta({ description: "Whether images are resized on request. Pro plan." }),
  s3ProtocolEnabled: z
    .boolean()
    .default(false)
    .meta({ description: "Whether buckets are served over the S3 protocol." }),
  cdnUrl: webUrl().optional().meta({
    description: "`STORAGE_CDN_URL` of the application.",
    example: "https://cdn.example.com",
  }),
});
