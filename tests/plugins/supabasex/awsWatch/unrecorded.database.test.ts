import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudWatchLogsClient, PutAccountPolicyCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsService, startAws } from "../../../../emulators/aws";
import type { CallContext } from "../../../../plugins/provider-host/provider";
import type { PropertyMap } from "../../../../plugins/provider-host/values";
import { awsWatch } from "../../../../plugins/supabasex/provider/awsWatch/resource";

const directory = mkdtempSync(path.join(tmpdir(), "thorbis unrecorded "));
const logsEndpoint = "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS";
const variables = ["AWS_ENDPOINT_URL", logsEndpoint, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
const saved = variables.map((name) => [name, process.env[name]] as const);
let service: AwsService;
let refusing: Server;

beforeAll(async () => {
  service = await startAws({ directory });
  const { endpoint, accessKey, secretKey } = service;
  process.env.AWS_ENDPOINT_URL = endpoint;
  process.env.AWS_ACCESS_KEY_ID = accessKey;
  process.env.AWS_SECRET_ACCESS_KEY = secretKey;
  refusing = createServer((_, response) =>
    response.writeHead(400).end(JSON.stringify({ __type: "AccessDeniedException", message: "no" })),
  );
  await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  refusing?.close();
  await service?.stop();
  rmSync(directory, { recursive: true });
});

/** Decides whether the credentials may read CloudWatch Logs. */
function allowLogs(isAllowed: boolean): void {
  if (isAllowed) delete process.env[logsEndpoint];
  else process.env[logsEndpoint] = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
}

const putPolicy = async (policyName: string) =>
  await new CloudWatchLogsClient({ region: service.region }).send(
    new PutAccountPolicyCommand({
      ...{ policyName, policyType: "SUBSCRIPTION_FILTER_POLICY" },
      policyDocument: JSON.stringify({ DestinationArn: "arn:aws:logs:us-east-1:210987654321:destination:x" }),
    }),
  );

const context = { signal: new AbortController().signal, log: () => {} } as unknown as CallContext;
const inputs: PropertyMap = {
  region: "us-east-1",
  declared: {
    ...{ bucket: "shop-backups", scheduleGroup: "shop", cluster: "shop", secret: "shop" },
    logGroups: ["/shop/backup"],
  },
};
const created = async () => (await awsWatch.create({ inputs, preview: false } as never, context)).outputs;
const refreshed = async (outputs: PropertyMap) =>
  (await awsWatch.read?.({ id: "shop-backups", inputs, outputs } as never, context))?.outputs ?? {};
const updated = async (oldOutputs: PropertyMap) =>
  (await awsWatch.update?.({ oldOutputs, inputs, preview: false } as never, context))?.outputs ?? {};
const changed = async (oldOutputs: PropertyMap) => {
  const asked = { oldInputs: inputs, oldOutputs, inputs, ignoreChanges: [] };
  return Object.keys((await awsWatch.diff(asked as never, context)).detailed ?? {});
};
const policies = ["log account policies"];

test("policies that the first deployment may not read are recorded once they are readable, and compared afterwards", async () => {
  await putPolicy("of-the-account");
  allowLogs(false);
  const first = await created();
  const refused = await refreshed(first);
  expect([refused.live, refused.unrecorded]).toEqual([{}, undefined]);
  expect(await changed(refused)).toEqual([]);

  allowLogs(true);
  const readable = await refreshed(first);
  expect([readable.live, readable.unrecorded]).toEqual([{}, policies]);
  expect(await changed(readable)).toEqual(["unrecorded"]);

  const recorded = await updated(readable);
  expect([recorded.live, recorded.unrecorded]).toEqual([{}, undefined]);
  expect(await changed(recorded)).toEqual([]);
  expect((await refreshed(recorded)).unrecorded).toBeUndefined();

  await putPolicy("manual");
  expect(Object.keys((await refreshed(recorded)).live as PropertyMap)).toEqual([
    "log account policy subscription filter manual",
  ]);
});

test("policies that are refused again cause no further difference", async () => {
  allowLogs(false);
  const first = await created();
  allowLogs(true);
  const readable = await refreshed(first);
  expect(await changed(readable)).toEqual(["unrecorded"]);

  allowLogs(false);

  expect(await changed(await refreshed(readable))).toEqual([]);
  expect(await changed(await updated(readable))).toEqual([]);
});
