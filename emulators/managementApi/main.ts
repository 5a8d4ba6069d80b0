// The daemon: `node dist/services/supabase.cjs --state-directory DIR --port N`. The environment variable
// SUPABASE_ACCESS_TOKEN is the bearer token of clients (every user of the machine could read an argument).
import { parseArgs } from "node:util";
import { describeError, UserError } from "../../foundation/userError";
import { buildOf } from "./build";
import { postgresClusters } from "./clusters";
import { serveEmulator } from "./server";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      "state-directory": { type: "string" },
      port: { type: "string" },
      "requests-per-minute": { type: "string" },
      "postgresql-bin": { type: "string" },
    },
  });
  const stateDirectory = values["state-directory"];
  const port = Number(values.port);
  const accessToken = process.env.SUPABASE_ACCESS_TOKEN;
  if (stateDirectory === undefined || !Number.isInteger(port) || !accessToken) {
    throw new UserError(
      "The Supabase API emulator needs --state-directory and --port, and SUPABASE_ACCESS_TOKEN in its environment.",
    );
  }
  const limit = values["requests-per-minute"];
  const server = await serveEmulator({
    stateDirectory,
    port,
    accessToken,
    clusters: postgresClusters(values["postgresql-bin"]),
    identity: { build: buildOf(process.argv[1] ?? ""), pid: process.pid },
    ...(limit !== undefined && { requestsPerMinute: Number(limit) }),
    log: (line) => console.log(`${new Date().toISOString()} ${line}`),
  });
  console.log(`listening on ${server.endpoint}`);

  const stop = async () => {
    await server.close();
    await server.lifecycle.stopAll();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());
}

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
