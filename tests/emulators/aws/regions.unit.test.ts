import { expect, test } from "vitest";
import { formatStores, parseStores, regionOfRequest } from "../../../emulators/aws/s3Gateway/regions";

test("the servers of the regions survive a command line", () => {
  const stores = { "us-east-1": "http://127.0.0.1:1", "eu-west-1": "http://127.0.0.1:2/a=b" };

  expect(formatStores(stores)).toBe("us-east-1=http://127.0.0.1:1,eu-west-1=http://127.0.0.1:2/a=b");
  expect(parseStores(formatStores(stores))).toEqual(stores);
});

test("a request is for the region that it is signed for, in its header or its address", () => {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=thorbis-local/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0";
  const presigned = "/b/k?X-Amz-Credential=thorbis-local%2F20260101%2Fsa-east-1%2Fs3%2Faws4_request";

  expect(regionOfRequest({ authorization }, "/b/k")).toBe("eu-west-1");
  expect(regionOfRequest({}, presigned)).toBe("sa-east-1");
  expect(regionOfRequest({}, "/")).toBeUndefined();
  expect(regionOfRequest({ authorization: "AWS key:signature" }, "/")).toBeUndefined();
});
