import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import type { AwsClients } from "./clients";
import { allItems } from "./pages";

/** Returns which queues and streams call which functions, for one function or for one queue. */
export async function eventSourceMappings(
  { lambda }: Pick<AwsClients, "lambda">,
  of: { readonly FunctionName: string } | { readonly EventSourceArn: string },
  signal: AbortSignal,
): Promise<EventSourceMappingConfiguration[]> {
  const { paginateListEventSourceMappings } = await import("./sdk");
  const pages = paginateListEventSourceMappings({ client: lambda }, of);
  return await allItems(pages, signal, ({ EventSourceMappings }) => EventSourceMappings);
}
