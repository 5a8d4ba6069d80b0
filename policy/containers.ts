import { listOf, type Properties } from "./rule";

/** The containers of a task definition; none where its text is none. */
export function containersOf({ containerDefinitions }: Properties): Record<string, unknown>[] {
  if (typeof containerDefinitions !== "string") return [];
  try {
    return listOf(JSON.parse(containerDefinitions)) as Record<string, unknown>[];
  } catch {
    return [];
  }
}

/** What is wrong where any container fails the test. */
export const everyContainer =
  (message: string, test: (container: Record<string, unknown>) => boolean) =>
  (properties: Properties): string | undefined =>
    containersOf(properties).every(test) ? undefined : message;
