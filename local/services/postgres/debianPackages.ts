import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { UserError } from "../../../foundation/userError";

/** The packages of a complete server of one version. */
export function debianPackages(major: number | string): string[] {
  return [
    `postgresql-${major}`,
    `postgresql-${major}-cron`,
    `postgresql-${major}-postgis-3`,
    // Checks function bodies in dry runs, as on hosted projects; everything else works without it.
    `postgresql-${major}-plpgsql-check`,
    `postgresql-server-dev-${major}`,
    "gcc",
    "make",
  ];
}

/**
 * Installs a complete server with apt-get, without the cluster that Debian would make and start on port 5432.
 * Without a version it takes the newest for which all of its packages are to be had.
 */
export async function installFromDebian(
  major: number | undefined,
  progress: (message: string) => void,
): Promise<void> {
  progress("apt-get update");
  await aptGet(["update"]);
  const packages = debianPackages(major ?? (await newestMajor()));
  progress(`apt-get install ${packages.join(" ")}`);
  await aptGet(["install", "postgresql-common"]);
  await withoutMainCluster(async () => {
    await aptGet(["install", ...packages]);
  });
}

async function newestMajor(): Promise<number> {
  const { stdout } = await promisify(execFile)("apt-cache", [
    "search",
    "--names-only",
    "^postgresql-[0-9]+-cron$",
  ]);
  const majors = [...stdout.matchAll(/^postgresql-(\d+)-cron/gm)].map((match) => Number(match[1]));
  if (majors.length === 0) {
    throw new UserError(
      "Debian's package lists have no postgresql-NN-cron: add a repository that has PostgreSQL 15 or newer with pg_cron (such as apt.postgresql.org), then run this again.",
    );
  }
  return Math.max(...majors);
}

async function aptGet(args: readonly string[]): Promise<void> {
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
