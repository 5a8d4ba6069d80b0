import { afterAll, beforeAll, beforeEach } from "vitest";
import { type ServedEmulator, servedEmulator } from "../../emulators/managementApi/server";
import { configure, type Resource, refresh } from "./support";

/** The emulator of a test file. */
export let emulator: ServedEmulator;
/** A new project for each test. */
export let ref: string;

/** Serves an emulator to the calling test file. Each file calls this, because files share a process, which loads this module once. */
export function serveToThisFile(): void {
  beforeAll(async () => {
    emulator = await servedEmulator();
    await configure(emulator.endpoint);
  });
  afterAll(async () => {
    await emulator.close();
  });
  beforeEach(async () => {
    ref = await emulator.project();
    emulator.calls.length = 0;
  });
}

/** Returns the requests of a test, without ids. */
export const calls = () =>
  emulator.calls.map((call) => call.replaceAll(ref, "{ref}").replace(/[0-9a-f-]{36}/, "{id}"));

/** Returns the resource as a refresh reads it, which must find it. */
export async function refreshed(resource: Resource): Promise<Resource> {
  const found = await refresh(resource);
  if (found === undefined) throw new Error("it has gone");
  return found;
}
