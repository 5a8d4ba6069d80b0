import type { S3Client } from "@aws-sdk/client-s3";

const pending = new WeakMap<S3Client, Set<Promise<unknown>>>();

/**
 * Returns the multipart uploads that the client is currently creating. An aborted uploader does not wait for them, and
 * the store may create one after it was asked for a list.
 */
export function uploadCreations(client: S3Client): ReadonlySet<Promise<unknown>> {
  const known = pending.get(client);
  if (known !== undefined) return known;
  const creations = new Set<Promise<unknown>>();
  pending.set(client, creations);
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = next(args);
        if (commandName !== "CreateMultipartUploadCommand") return await answer;
        creations.add(answer);
        try {
          return await answer;
        } finally {
          creations.delete(answer);
        }
      },
    { step: "initialize", name: "uploadCreations" },
  );
  return creations;
}
