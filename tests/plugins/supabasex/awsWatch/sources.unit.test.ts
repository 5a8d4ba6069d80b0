import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { EC2Client } from "@aws-sdk/client-ec2";
import { afterEach, expect, test } from "vitest";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import { type DeclaredInAws, readAwsSource } from "../../../../plugins/supabasex/provider/awsWatch/sources";

let server: Server | undefined;
afterEach(() => server?.close());

/** EC2 that answers every request with one error. */
async function ec2Answering(status: number, code: string): Promise<AwsClients> {
  const body = `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`;
  const listening = createServer((_, response) =>
    response.writeHead(status, { "content-type": "text/xml" }).end(body),
  );
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  const ec2 = new EC2Client({
    ...{ region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1 },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  return { ec2 } as unknown as AwsClients;
}

const network = { vpcId: "vpc-0123456789abcdef0", subnets: [], endpoints: [], securityGroups: [] };
const question = (aws: AwsClients) => ({
  ...{ aws, declared: { network } as unknown as DeclaredInAws, signal: new AbortController().signal },
});

test("a network that the credentials may not describe is skipped", async () => {
  const aws = await ec2Answering(403, "UnauthorizedOperation");

  expect(await readAwsSource("network", question(aws))).toBeUndefined();
});

test("another error of EC2 is none that is skipped", async () => {
  const aws = await ec2Answering(400, "InvalidParameterValue");

  await expect(readAwsSource("network", question(aws))).rejects.toThrow("no");
});
