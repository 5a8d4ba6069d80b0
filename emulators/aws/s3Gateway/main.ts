// The daemon: `node dist/services/s3-gateway.cjs PORT REGION=URL[,…] CONFIGURATION-URL`; the keys come in the environment,
// because every user of the machine can read arguments.
import { describeError, UserError } from "../../../foundation/userError";
import { parseStores } from "./regions";
import { serveS3Gateway } from "./server";

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new UserError(`The S3 gateway needs ${name} in its environment.`);
  return value;
}

async function main(): Promise<void> {
  const [port, stores, configuration] = process.argv.slice(2);
  if (stores === undefined || configuration === undefined) {
    throw new UserError("The S3 gateway needs a port and the URLs of its servers.");
  }
  const gateway = await serveS3Gateway({
    port: Number(port),
    stores: parseStores(stores),
    configuration,
    accessKey: variable("AWS_ACCESS_KEY_ID"),
    secretKey: variable("AWS_SECRET_ACCESS_KEY"),
  });
  console.log(`listening on ${gateway.endpoint}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void gateway.close().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exit(1);
});
