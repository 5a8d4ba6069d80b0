import { expect, test } from "vitest";
import { formatStores, parseStores, regionOfRequest } from "../../../emulators/aws/s3Gateway/regions";

test("the list of regions and servers can be passed on a command line", () => {
  const stores = { "us-east-1": "http://127.0.0.1:1", "eu-west-1": "http://127.0.0.1:2/a=b" };

  expect(formatStores(stores)).toBe("us-east-1=http://127.0.0.1:1,eu-west-1=http://127.0.0.1:2/a=b");
  expect(parseStores(formatStores(stores))).toEqual(stores);
});

test("the region of a request comes from its signature, in the header or the URL", () => {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=thorbis-local/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0";
  const presigned = "/b/k?X-Amz-Credential=thorbis-local%2F20260101%2Fsa-east-1%2Fs3%2Faws4_request";

  expect(regionOfRequest({ authorization }, "/b/k")).toBe("eu-west-1");
  expect(regionOfRequest({}, presigned)).toBe("sa-east-1");
  expect(regionOfRequest({}, "/")).toBeUndefined();
  expect(regionOfRequest({ authorization: "AWS key:signature" }, "/")).toBeUndefined();
});
