// The daemon: `node dist/services/keeper.cjs` in the folder of a local environment. It ends the environment's services once
// somebody has deleted that folder, which `npm run down` can no longer do: what it knows of them was in the folder.
import { setTimeout as wait } from "node:timers/promises";
import { runningServices, type ServiceRecord, stopProcess } from "../../../emulators/process";
import { describeError } from "../../../foundation/userError";
import { isClaimed } from "../../directory";
import { isSameProcess } from "../../processIdentity.mjs";
import { serviceRegistries } from "../registries";

const lookMilliseconds = 1_000;
const patienceSeconds = 5;

async function main(): Promise<void> {
  const services = new Map<number, ServiceRecord>();
  // Paths are relative to the working folder, which a folder that is moved takes along and one that is deleted does not.
  while (isClaimed(".")) {
    for (const service of serviceRegistries("services").flatMap(runningServices)) {
      if (!services.has(service.pid)) console.log(`Watching ${service.name}, process ${service.pid}.`);
      services.set(service.pid, service);
    }
    await wait(lookMilliseconds);
    // A service whose record alone is gone stays in mind: deleting a folder takes time.
    for (const [pid, service] of services) if (!isSameProcess(service)) services.delete(pid);
  }
  // A PostgreSQL server has no file left to write a checkpoint to: SIGQUIT tells it to end without one.
  const signalOf = ({ name }: ServiceRecord) => (name === "server" ? "SIGQUIT" : "SIGTERM");
  await Promise.all(
    [...services.values()].map(
      async (service) => await stopProcess(service, signalOf(service), patienceSeconds),
    ),
  );
}

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
