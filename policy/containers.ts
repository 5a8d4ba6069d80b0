import { listOf, type Properties } from "./rule";

/** Returns the containers of a task definition; none if it is unknown. */
export function containersOf({ containerDefinitions }: Properties): Record<string, unknown>[] {
  if (typeof containerDefinitions !== "string") return [];
  try {
    return listOf(JSON.parse(containerDefinitions)) as Record<string, unknown>[];
  } catch {
    return [];
  }
}

/** Returns the problem if any container fails the test. */
export const everyContainer =
  (message: string, test: (container: Record<string, unknown>) => boolean) =>
  (properties: Properties): string | undefined =>
    containersOf(properties).every(test) ? undefined : message;
