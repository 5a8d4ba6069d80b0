import type { GetAlarmMuteRuleCommandOutput } from "@aws-sdk/client-cloudwatch";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";

/**
 * Returns the rules that mute alarms of the stack, now or later. A muted alarm still changes its state, but notifies no one. A
 * rule contains the names of its alarms.
 *
 * @param alarmPrefixes what the names of the stack's alarms start with
 */
export async function muteRulesOf(
  { alarms }: Pick<AwsClients, "alarms">,
  alarmPrefixes: readonly string[],
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateListAlarmMuteRules } = await import("./sdk");
  const found: [string, string][] = [];
  const pages = paginateListAlarmMuteRules({ client: alarms }, { Statuses: ["SCHEDULED", "ACTIVE"] });
  for await (const { AlarmMuteRuleSummaries = [] } of pages) {
    signal.throwIfAborted();
    for (const { AlarmMuteRuleArn = "" } of AlarmMuteRuleSummaries) {
      const AlarmMuteRuleName = AlarmMuteRuleArn.split(":alarm-mute-rule:").at(-1);
      const rule = await muteRule(alarms, AlarmMuteRuleName, signal);
      const muted = (rule?.MuteTargets?.AlarmNames ?? []).filter((name) =>
        alarmPrefixes.some((prefix) => name.startsWith(prefix)),
      );
      const { Expression, Duration } = rule?.Rule?.Schedule ?? {};
      if (muted.length === 0) continue;
      found.push([
        `alarm mute rule ${AlarmMuteRuleName}`,
        `${Expression} for ${Duration}: ${muted.sort().join(", ")}`,
      ]);
    }
  }
  return Object.fromEntries(found);
}

/** Returns a rule; undefined if it was deleted after it was listed. */
async function muteRule(
  alarms: AwsClients["alarms"],
  AlarmMuteRuleName: string | undefined,
  abortSignal: AbortSignal,
): Promise<GetAlarmMuteRuleCommandOutput | undefined> {
  const { GetAlarmMuteRuleCommand, NoSuchMuteRule } = await import("./sdk");
  try {
    return await alarms.send(new GetAlarmMuteRuleCommand({ AlarmMuteRuleName }), { abortSignal });
  } catch (error) {
    if (error instanceof NoSuchMuteRule) return undefined;
    throw error;
  }
}

/**
 * Returns the queue to which received messages of the dead-letter queue are moved, which ends its alarm. The stack's queue keeps
 * them. The aws provider does not compare this setting, because it is computed if it is not set.
 */
export async function redriveOfQueue(
  { sqs }: Pick<AwsClients, "sqs">,
  QueueUrl: string,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const { GetQueueAttributesCommand } = await import("./sdk");
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["RedrivePolicy"] }),
    { abortSignal },
  );
  const policy = Attributes?.RedrivePolicy;
  return policy ? { [`queue redrive ${QueueUrl.split("/").at(-1)}`]: policy } : {};
}
