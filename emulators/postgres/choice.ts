import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../foundation/userError";
import { majorOfCluster } from "./cluster";
import { isSupported } from "./installation/majors";

const fileIn = (directory: string) => path.join(directory, "postgresql-major");

/** Returns the major version that `npm start -- --postgresql` asked for in a local environment; undefined by default. */
export function chosenMajor(directory: string): number | undefined {
  try {
    const major = Number(readFileSync(fileIn(directory), "utf8"));
    return isSupported(major) ? major : undefined;
  } catch {
    return undefined;
  }
}

/** Stores the choice for later commands. */
export async function chooseMajor(directory: string, major: number): Promise<void> {
  await writeFile(fileIn(directory), `${major}\n`);
}

/**
 * Refuses a major version that the existing clusters do not have.
 * @param databases - Directories of the existing clusters.
 * @throws UserError if one has another major version, because the requested version cannot read its data.
 */
export function refuseOtherMajor(databases: readonly string[], wanted: number): void {
  const other = databases.map(majorOfCluster).find((major) => major !== undefined && major !== wanted);
  if (other === undefined) return;
  throw new UserError(
    `The local stack has a database of PostgreSQL ${other}, which PostgreSQL ${wanted} cannot read: run \`npm run down\`, which deletes it, and then \`npm start -- --postgresql ${wanted}\`; or start without --postgresql.`,
  );
}
