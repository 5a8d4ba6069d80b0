import { canonicalJson, type JsonValue } from "../../../../foundation/json";
import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { isAmong } from "./ownArns";
import { statementsIn } from "./policyText";

/** Returns the permissions of others on the default event bus, whose rules raise the alarms. By default, there are none. */
export async function permissionsOnBus(
  { events }: Pick<AwsClients, "events">,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const { DescribeEventBusCommand } = await import("./sdk");
  const { Name = "default", Policy = "" } = await events.send(new DescribeEventBusCommand({}), {
    abortSignal,
  });
  return Object.fromEntries(
    statementsIn(Policy).map(({ Sid, ...statement }) => [
      `event bus permission ${Name} ${Sid}`,
      canonicalJson(statement as JsonValue),
    ]),
  );
}

/** Returns the rules of the default event bus that start tasks in a cluster. The stack has none: its schedules start them. */
export async function rulesOfCluster(
  { events }: Pick<AwsClients, "events">,
  TargetArn: string,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const { ListRuleNamesByTargetCommand } = await import("./sdk");
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await events.send(new ListRuleNamesByTargetCommand({ TargetArn, NextToken }), {
      abortSignal,
    });
    found.push(...(page.RuleNames ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return Object.fromEntries(found.map((name) => [`event rule ${name}`, `starts tasks in ${TargetArn}`]));
}

/** Returns the pipes from or to the stack's resources, of which it has none. One that reads the dead-letter queue ends its alarm. */
export async function pipesOf(
  { pipes }: Pick<AwsClients, "pipes">,
  own: readonly string[],
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateListPipes } = await import("./sdk");
  const found: [string, string][] = [];
  try {
    for await (const page of paginateListPipes({ client: pipes }, {})) {
      signal.throwIfAborted();
      for (const { Name, Source = "", Target = "" } of page.Pipes ?? []) {
        if (isAmong(own, Source) || isAmong(own, Target)) {
          found.push([`event pipe ${Name}`, `from ${Source} to ${Target}`]);
        }
      }
    }
  } catch (error) {
    // A region without pipes has no such host.
    if (!(error instanceof Error && "code" in error && error.code === "ENOTFOUND")) throw error;
  }
  return Object.fromEntries(found);
}

/** Returns the functions that read a queue. */
export async function functionsReading(
  { lambda }: Pick<AwsClients, "lambda">,
  EventSourceArn: string,
  signal: AbortSignal,
): Promise<Entries> {
  const { paginateListEventSourceMappings } = await import("./sdk");
  const found: [string, string][] = [];
  for await (const page of paginateListEventSourceMappings({ client: lambda }, { EventSourceArn })) {
    signal.throwIfAborted();
    for (const { UUID, FunctionArn } of page.EventSourceMappings ?? []) {
      found.push([`queue reader ${EventSourceArn.split(":").at(-1)} ${UUID}`, String(FunctionArn)]);
    }
  }
  return Object.fromEntries(found);
}
