import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { IAMClient } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import type { AwsClients } from "../../../../plugins/supabasex/provider/awsWatch/clients";
import type { DeclaredInAws } from "../../../../plugins/supabasex/provider/awsWatch/declared";
import {
  missingPermission,
  sourcesWithSentence,
} from "../../../../plugins/supabasex/provider/awsWatch/missingPermission";
import { readAwsSource, sourceNames } from "../../../../plugins/supabasex/provider/awsWatch/sources";

test("every source has a sentence for a missing permission, and no sentence is of another source", () => {
  const own = sourceNames.filter((name) => !/^(copies|access logs): /.test(name));
  expect([...sourcesWithSentence].sort()).toEqual([...own].sort());
});

test.each([
  [
    "instance profiles",
    "no",
    "AwsWatch lacks the permission iam:ListInstanceProfiles, so instance profiles with the stack's roles are not compared.",
  ],
  [
    "cluster tasks",
    "User: arn:aws:iam::1:role/x is not authorized to perform: ecs:DescribeTasks on resource: y",
    "AwsWatch lacks the permission ecs:DescribeTasks, so foreign tasks in the cluster are not compared.",
  ],
  [
    "access logs: bucket access points",
    "no",
    "AwsWatch lacks the permission s3:ListAccessPoints, so access points of the bucket with the access logs are not compared.",
  ],
  [
    "copies: key grants",
    "no",
    "AwsWatch lacks the permission kms:ListGrants, so grants on the key in the region of the copies are not compared.",
  ],
])("a missing permission for %s is named in one sentence", (source, message, sentence) => {
  expect(missingPermission(source, new Error(message))).toBe(sentence);
});

test("a refused source is skipped with its sentence, and an operation that the region lacks without one", async () => {
  const found = async (code: string) => {
    const body = `<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
    const server = createServer((_, response) => response.writeHead(403).end(body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const iam = new IAMClient({
      ...{ region: "us-east-1", endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const sentences: string[] = [];
    const entries = await readAwsSource("instance profiles", {
      aws: { iam } as unknown as AwsClients,
      declared: { rolePrefixes: ["shop-backup-"] } as unknown as DeclaredInAws,
      signal: new AbortController().signal,
      notice: (sentence) => sentences.push(sentence),
    });
    server.close();
    return { entries, sentences };
  };

  expect(await found("AccessDenied")).toEqual({
    entries: undefined,
    sentences: [expect.stringContaining("iam:ListInstanceProfiles")],
  });
  expect(await found("InvalidAction")).toEqual({ entries: undefined, sentences: [] });
});
