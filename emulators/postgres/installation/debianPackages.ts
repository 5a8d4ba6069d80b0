import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { UserError } from "../../../foundation/userError";
import { isSupported } from "./majors";

/** The packages that are needed to build a C library for the server. */
export const buildPackages = ["gcc", "make"] as const;

/** Returns the packages of a complete server of one major version, without its header files. */
export function serverPackages(major: number): string[] {
  return [
    `postgresql-${major}`,
    `postgresql-${major}-cron`,
    `postgresql-${major}-postgis-3`,
    // plpgsql_check, which checks function bodies in dry runs, as on hosted projects. Optional.
    `postgresql-${major}-plpgsql-check`,
    // pgTAP, for the test suites of projects, as on hosted projects. Optional.
    `postgresql-${major}-pgtap`,
    // pgvector, for semantic search. Optional. Debian packages it for 16 and later.
    ...(major >= 16 ? [`postgresql-${major}-pgvector`] : []),
  ];
}

export function headerPackage(major: number): string {
  return `postgresql-server-dev-${major}`;
}

/** Returns all packages of a complete installation of one major version. */
export function debianPackages(major: number): string[] {
  return [...serverPackages(major), headerPackage(major), ...buildPackages];
}

/**
 * Returns the supported major versions whose packages this machine's package lists offer, the newest first: those with pg_cron,
 * because the other packages come with every version. Empty without apt-cache.
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

/** Installs packages with apt-get, without the cluster that Debian would create and start on port 5432. Needs root. */
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

/** Runs apt-get non-interactively. */
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
    `\`apt-get ${args.join(" ")}\` failed (${lastLine}): fix apt-get or install these packages yourself, then run the command again.`,
  );
}

const createClusterConf = "/etc/postgresql-common/createcluster.conf";

/** Runs an installation without the cluster that Debian's server package creates by default. */
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
