import type { Entries } from "../watch/watched";
import type { AwsClients } from "./clients";
import { eventSourceMappings } from "./eventSourceMappings";
import { isAmong } from "./ownArns";
import { allItems } from "./pages";
import { statementEntries } from "./policyText";

/** Returns the permissions of others on the default event bus, whose rules raise the alarms. By default, there are none. */
export async function permissionsOnBus(
  { events }: Pick<AwsClients, "events">,
  abortSignal: AbortSignal,
): Promise<Entries> {
  const { DescribeEventBusCommand } = await import("./sdk");
  const { Name = "default", Policy = "" } = await events.send(new DescribeEventBusCommand({}), {
    abortSignal,
  });
  return statementEntries(Policy, `event bus permission ${Name}`);
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
  const pages = paginateListPipes({ client: pipes }, {});
  const found = await allItems(pages, signal, ({ Pipes }) => Pipes).catch((error: unknown) => {
    // A region without pipes has no such host.
    if (error instanceof Error && "code" in error && error.code === "ENOTFOUND") return [];
    throw error;
  });
  return Object.fromEntries(
    found
      .filter(({ Source = "", Target = "" }) => isAmong(own, Source) || isAmong(own, Target))
      .map(({ Name, Source = "", Target = "" }) => [`event pipe ${Name}`, `from ${Source} to ${Target}`]),
  );
}

/** Returns the functions that read a queue. */
export async function functionsReading(
  aws: Pick<AwsClients, "lambda">,
  EventSourceArn: string,
  signal: AbortSignal,
): Promise<Entries> {
  const found = await eventSourceMappings(aws, { EventSourceArn }, signal);
  return Object.fromEntries(
    found.map(({ UUID, FunctionArn }) => [
      `queue reader ${EventSourceArn.split(":").at(-1)} ${UUID}`,
      String(FunctionArn),
    ]),
  );
}
