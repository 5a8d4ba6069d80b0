import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterEach, expect, it, vi } from "vitest";
import { startAws } from "../../../emulators/aws";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis aws "));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

it("works with any AWS profile of the user", async () => {
  vi.stubEnv("AWS_PROFILE", "of-nobody");
  const { endpoint, accessKey, secretKey, region, stop } = await startAws({ directory, region: "eu-west-1" });
  try {
    const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
    const client = new EC2Client({ endpoint, region, credentials });

    const { Vpcs } = await client.send(new DescribeVpcsCommand({}));

    expect(Vpcs?.map(({ IsDefault }) => IsDefault)).toEqual([true]);
    expect(region).toBe("eu-west-1");
  } finally {
    await stop();
  }
});
