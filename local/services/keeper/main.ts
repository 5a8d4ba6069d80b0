// The daemon: `node dist/services/keeper.cjs` in the folder of a local environment. It stops the environment's services when
// that folder is deleted. `npm run down` cannot do this, because the records of the services were in the folder.
import { setTimeout as wait } from "node:timers/promises";
import { runningServices, type ServiceRecord, stopProcess } from "../../../emulators/process";
import { isSameProcess } from "../../../foundation/processLock/identity.mjs";
import { describeError } from "../../../foundation/userError";
import { isClaimed } from "../../directory";
import { serviceRegistries } from "../registries";

const lookMilliseconds = 1_000;
const patienceSeconds = 5;

async function main(): Promise<void> {
  const services = new Map<number, ServiceRecord>();
  // Paths are relative to the working folder, so they stay valid when the folder is moved and fail when it is deleted.
  while (isClaimed(".")) {
    for (const service of serviceRegistries("services").flatMap(runningServices)) {
      if (!services.has(service.pid)) console.log(`Watching ${service.name}, process ${service.pid}.`);
      services.set(service.pid, service);
    }
    await wait(lookMilliseconds);
    // Keeps services whose record is gone, because deleting a folder takes time.
    for (const [pid, service] of services) if (!isSameProcess(service)) services.delete(pid);
  }
  // PostgreSQL has no files left to write a checkpoint to: SIGQUIT stops it without one.
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
