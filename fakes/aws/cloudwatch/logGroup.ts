import {
  AssociateKmsKeyCommand,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DisassociateKmsKeyCommand,
  type LogGroupClass,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { resource } from "../../engine/table";
import type { Aws } from "../client";
import { unlessMissing } from "../errors";
import { fixedText, flag, number } from "../properties";

type LogGroupState = {
  name: string;
  retentionInDays: number;
  kmsKeyId?: string;
  logGroupClass?: string;
  deletionProtectionEnabled?: boolean;
  skipDestroy: boolean;
  arn: string;
  region: string;
};

export const logGroup = resource<Aws, LogGroupState>({
  autoname: { maxLength: 512 },
  inputs: {
    name: fixedText,
    // 0 means no expiry.
    retentionInDays: number(0),
    kmsKeyId: { type: "string" },
    logGroupClass: { type: "string", computed: true, replaces: true },
    skipDestroy: flag(false),
  },
  outputs: { arn: {}, deletionProtectionEnabled: {}, region: {} },

  async create(aws, state, { signal }) {
    const logs = aws.use("logs");
    await logs.send(
      new CreateLogGroupCommand({
        logGroupName: state.name,
        kmsKeyId: state.kmsKeyId,
        logGroupClass: state.logGroupClass as LogGroupClass | undefined,
      }),
      { abortSignal: signal },
    );
    if (state.retentionInDays > 0) await setRetention(aws, state, signal);
    return { id: state.name };
  },

  async read(aws, id, _known, { signal }) {
    const logs = aws.use("logs");
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id }), {
      abortSignal: signal,
    });
    const found = logGroups.find(({ logGroupName }) => logGroupName === id);
    if (found === undefined) return undefined;
    return {
      id,
      state: {
        name: id,
        retentionInDays: found.retentionInDays ?? 0,
        kmsKeyId: found.kmsKeyId ?? "",
        logGroupClass: found.logGroupClass ?? "STANDARD",
        deletionProtectionEnabled: found.deletionProtectionEnabled ?? false,
        arn: (found.arn ?? "").replace(/:\*$/, ""),
        region: aws.region,
      },
    };
  },

  async update(aws, id, { before, after }, { signal }) {
    const logs = aws.use("logs");
    if (before.retentionInDays !== after.retentionInDays) await setRetention(aws, after, signal);
    if ((before.kmsKeyId ?? "") === (after.kmsKeyId ?? "")) return;
    if (after.kmsKeyId) {
      await logs.send(new AssociateKmsKeyCommand({ logGroupName: id, kmsKeyId: after.kmsKeyId }), {
        abortSignal: signal,
      });
    } else await logs.send(new DisassociateKmsKeyCommand({ logGroupName: id }), { abortSignal: signal });
  },

  async delete(aws, id, { skipDestroy }, { signal }) {
    if (skipDestroy) return;
    const logs = aws.use("logs");
    await unlessMissing(
      logs.send(new DeleteLogGroupCommand({ logGroupName: id }), { abortSignal: signal }),
      "ResourceNotFoundException",
    );
  },
});

async function setRetention(aws: Aws, state: LogGroupState, signal: AbortSignal): Promise<void> {
  const logs = aws.use("logs");
  const { name: logGroupName, retentionInDays } = state;
  if (retentionInDays === 0)
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }), { abortSignal: signal });
  else
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }), {
      abortSignal: signal,
    });
}
