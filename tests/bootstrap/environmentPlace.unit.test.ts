import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { environmentPlace } from "../../bootstrap/environmentPlace";

const folder = mkdtempSync(path.join(tmpdir(), "thorbis place "));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a stack file with these settings of the backups, and returns the place that it names. */
function placeWith(backup: object) {
  const lines = [
    "config:",
    "  aws:region: us-east-1",
    `  thorbis-supabase:project: ${JSON.stringify({ name: "shop", resourcePrefix: "shop-prod" })}`,
    `  thorbis-supabase:backup: ${JSON.stringify({ bucketName: "shop-backups", ...backup })}`,
  ];
  writeFileSync(path.join(folder, "Pulumi.prod.yaml"), `${lines.join("\n")}\n`);
  return environmentPlace(folder, "prod");
}

test("the buckets are those in the stack file, with the default bucket for copies and earlier buckets", () => {
  const plain = placeWith({});
  const moved = placeWith({
    replica: { region: "us-west-2" },
    retiredBucketNames: ["shop-old", "shop-old-us-west-2"],
  });

  expect(plain).toEqual({
    name: "prod",
    region: "us-east-1",
    prefix: "shop-prod",
    bucketName: "shop-backups",
    logBucketName: "shop-backups-logs",
    ownNetwork: false,
  });
  expect(moved).toEqual({
    ...plain,
    replica: { region: "us-west-2", bucketName: "shop-backups-us-west-2" },
    retiredBucketNames: ["shop-old", "shop-old-us-west-2"],
  });
});

test("a stack file without the bucket's name is refused, and the error names the missing key", () => {
  expect(() => placeWith({ bucketName: undefined })).toThrow(
    "Pulumi.prod.yaml lacks thorbis-supabase:backup.bucketName, which names the environment's place in AWS.",
  );
});
