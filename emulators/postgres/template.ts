import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import { withLock } from "../../foundation/processLock/lock.mjs";
import { freePort } from "../process";
import { abandonedPaths, removeFolder, temporaryPath } from "./abandoned";
import { connect } from "./connection";
import { postgresCache } from "./folders";
import { buildHostedRights, hostedRightsKey } from "./hostedRights";
import type { PostgresInstallation, Progress } from "./installation";
import { initializeDataDirectory, launch, shutDown } from "./server";
import { serverUserFor } from "./serverUser";
import { readShape, shapeDatabase } from "./shape";

/** Password of supabase_admin in a template. The first start of each copy replaces it. */
export const templatePassword = "template";

/**
 * Returns a stopped data directory with the hosted shape, from which new clusters are copied. Created once per user for each
 * combination of shape, hook and server version. Safe against parallel runs and kills.
 */
export async function ensureTemplate(
  installation: PostgresInstallation,
  progress: Progress,
): Promise<string> {
  const folder = path.join(postgresCache(), "templates");
  mkdirSync(folder, { recursive: true });
  const template = path.join(folder, templateKey(installation));
  if (existsSync(template)) return template;
  return await withLock(path.join(folder, "lock"), async () => {
    if (existsSync(template)) return template;
    await removeAbandonedBuilds(folder);
    progress(`shaping a PostgreSQL ${installation.version} like a hosted project (once per user)`);
    const directory = temporaryPath(folder, "build");
    mkdirSync(directory);
    const server = { directory, dataDirectory: path.join(directory, "data") };
    const user = serverUserFor(directory);
    try {
      await initializeDataDirectory(server.dataDirectory, templatePassword, installation, { user });
      const hostedRights = await buildHostedRights(installation, progress);
      const port = await freePort();
      await launch(server, { installation, user, port, hostedRights, durable: false });
      const client = await connect(port, { user: "supabase_admin", password: templatePassword });
      try {
        await shapeDatabase(client);
      } finally {
        await client.end();
      }
      await shutDown(server);
      renameSync(server.dataDirectory, template);
    } finally {
      await shutDown(server);
      await removeFolder(directory);
    }
    return template;
  });
}

function templateKey(installation: PostgresInstallation): string {
  const hash = createHash("sha256").update(hostedRightsKey(installation)).update(installation.binDirectory);
  for (const { name, sql } of readShape()) hash.update(`\0${name}\0`).update(sql);
  return `${installation.major}-${hash.digest("hex").slice(0, 16)}`;
}

/** Stops a server that a killed run may have left running. */
async function removeAbandonedBuilds(folder: string): Promise<void> {
  for (const directory of abandonedPaths(folder, "build")) {
    await shutDown({ directory, dataDirectory: path.join(directory, "data") });
    await removeFolder(directory);
  }
}
