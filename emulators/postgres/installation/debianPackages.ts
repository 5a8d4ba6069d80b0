import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { UserError } from "../../../foundation/userError";
import { isSupported } from "./majors";

/** The packages that a C program for the server is built with. */
export const buildPackages = ["gcc", "make"] as const;

/** Returns the packages of a complete server of one major version, without its header files. */
export function serverPackages(major: number): string[] {
  return [
    `postgresql-${major}`,
    `postgresql-${major}-cron`,
    `postgresql-${major}-postgis-3`,
    // Checks function bodies in dry runs, as on hosted projects; everything else works without it.
    `postgresql-${major}-plpgsql-check`,
    // Test suites of projects need it, as on hosted projects; everything else works without it.
    `postgresql-${major}-pgtap`,
    // The type of many projects for search by meaning. Debian packages it for 16 and later.
    ...(major >= 16 ? [`postgresql-${major}-pgvector`] : []),
  ];
}

export function headerPackage(major: number): string {
  return `postgresql-server-dev-${major}`;
}

/** Returns everything that a complete installation of one major version is made of. */
export function debianPackages(major: number): string[] {
  return [...serverPackages(major), headerPackage(major), ...buildPackages];
}

/**
 * Returns the supported major versions whose packages this machine's package lists offer, the newest first: those with
 * pg_cron, since the other packages come with every version. Empty without apt-cache.
 */
export async function offeredMajors(): Promise<number[]> {
  const search = ["search", "--names-only", "^postgresql-[0-9]+-cron$"];
  const { stdout } = await promisify(execFile)("apt-cache", search).catch(() => ({ stdout: "" }));
  return [...stdout.matchAll(/^postgresql-(\d+)-cron/gm)]
    .map((match) => Number(match[1]))
    .filter(isSupported)
    .sort((a, b) => b - a);
}

export async function updatePackageLists(progress: (message: string) => void): Promise<void> {
  progress("apt-get update");
  await aptGet(["update"]);
}

/** Installs packages with apt-get, without the cluster that Debian would make and start on port 5432. Needs root. */
export async function installPackages(
  packages: readonly string[],
  progress: (message: string) => void,
): Promise<void> {
  progress(`apt-get install ${packages.join(" ")}`);
  if (packages.some((name) => name.startsWith("postgresql-"))) await aptGet(["install", "postgresql-common"]);
  await withoutMainCluster(async () => {
    await aptGet(["install", ...packages]);
  });
}

/** Runs apt-get without a question. */
export async function aptGet(args: readonly string[]): Promise<void> {
  const child = spawn(
    "apt-get",
    ["-qq", "-y", "--no-install-recommends", "-oDPkg::Lock::Timeout=300", ...args],
    {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  const lastLine = Buffer.concat(output).toString("utf8").trim().split("\n").at(-1) ?? "";
  throw new UserError(
    `\`apt-get ${args.join(" ")}\` failed (${lastLine}): make apt-get work or install these packages yourself, then run this again.`,
  );
}

const createClusterConf = "/etc/postgresql-common/createcluster.conf";

/** Turns off, for the time of an installation, the cluster that Debian's server package makes when it is new. */
async function withoutMainCluster(install: () => Promise<void>): Promise<void> {
  if (!existsSync(createClusterConf)) return await install();
  const before = readFileSync(createClusterConf, "utf8");
  writeFileSync(createClusterConf, `${before}\ncreate_main_cluster = false\n`);
  try {
    await install();
  } finally {
    writeFileSync(createClusterConf, before);
  }
}
