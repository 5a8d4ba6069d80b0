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
  aws: Pick<AwsClients, "events">,
  cluster: string,
  signal: AbortSignal,
): Promise<Entries> {
  return Object.fromEntries(await rulesOfBus(aws, { bus: "default", cluster }, signal));
}

/** An application may have a bus for each of its customers, and each bus is a request. */
const maxBuses = 50;

/** Returns the same for the other event buses of the account; undefined if there are too many. */
export async function rulesOfOtherBuses(
  aws: Pick<AwsClients, "events">,
  cluster: string,
  signal: AbortSignal,
): Promise<Entries | undefined> {
  const { ListEventBusesCommand } = await import("./sdk");
  const { EventBuses = [], NextToken } = await aws.events.send(new ListEventBusesCommand({ Limit: 100 }), {
    abortSignal: signal,
  });
  const buses = EventBuses.flatMap(({ Name = "default" }) => (Name === "default" ? [] : [Name]));
  if (buses.length > maxBuses || NextToken !== undefined) return undefined;
  const lists = await Promise.all(buses.map((bus) => rulesOfBus(aws, { bus, cluster }, signal)));
  return Object.fromEntries(lists.flat());
}

/** A sentence about the rules that are not compared because the account has too many buses. */
export const tooManyBuses = `The account has more than ${maxBuses} event buses, so rules of other buses than the default one that start the stack's tasks are not compared.`;

async function rulesOfBus(
  { events }: Pick<AwsClients, "events">,
  { bus, cluster }: { readonly bus: string; readonly cluster: string },
  abortSignal: AbortSignal,
): Promise<[string, string][]> {
  const { ListRuleNamesByTargetCommand } = await import("./sdk");
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await events.send(
      new ListRuleNamesByTargetCommand({ TargetArn: cluster, EventBusName: bus, NextToken }),
      { abortSignal },
    );
    found.push(...(page.RuleNames ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  const prefix = bus === "default" ? "" : `${bus}/`;
  return found.map((name) => [`event rule ${prefix}${name}`, `starts tasks in ${cluster}`]);
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
