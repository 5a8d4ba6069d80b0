import { expect, it } from "vitest";
import { route } from "../../../emulators/aws/s3Gateway/routing";

it.each([
  ["/backups?lifecycle", "configuration"],
  ["/backups/?policy&x-id=GetBucketPolicy", "configuration"],
  ["/backups?publicAccessBlock=", "configuration"],
  ["/backups?versioning", "objects"],
  ["/backups?object-lock", "objects"],
  ["/backups?ownershipControls", "objects"],
  ["/backups?list-type=2&prefix=lifecycle", "objects"],
  ["/backups/runs/lifecycle?uploads", "objects"],
  // A sub-resource of an object, not of its bucket.
  ["/backups/key?policy", "objects"],
  ["/?x-id=ListBuckets", "objects"],
])("%s goes to the %s server", (url, backend) => {
  expect(route(url).backend).toBe(backend);
});

it.each([
  ["/backups", true],
  ["/backups/?x-id=DeleteBucket", true],
  ["/backups?policy", false],
  ["/backups/key", false],
  ["/", false],
])("%s is about a bucket itself: %s", (url, expected) => {
  expect(route(url).bucketItself).toBe(expected);
});

it.each([
  ["/backups?inventory&id=all", true],
  ["/backups?metrics&id=all", true],
  ["/backups?replication", false],
  ["/backups?policy&x-id=DeleteBucketPolicy", false],
  ["/backups", false],
  ["/backups/key", false],
])("%s is a configuration that cannot be deleted: %s", (url, expected) => {
  expect(route(url).undeletable).toBe(expected);
});
