import { execFile } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../../foundation/userError";
import { makeFolder, withFolderLock } from "../../../local/toolchain/store";
import { postgresCache } from "../folders";
import { headerPackage, serverPackages } from "./debianPackages";
import { findLoader } from "./loader";

/** The release of Debian that packages each major version. */
const releases: ReadonlyMap<number, string> = new Map([
  [15, "bookworm"],
  [17, "trixie"],
]);

/** Version of the layout of unpacked trees. With another version, all machines unpack again, beside trees that are in use. */
const layout = 2;

export function canBeUnpacked(major: number): boolean {
  return releases.has(major);
}

/** Returns the folder of a major version's unpacked packages. It has the layout of `/` on their Debian release. */
function unpackedRoot(major: number): string {
  // Not in root's home, which the server's user cannot enter.
  const cache =
    process.geteuid?.() === 0
      ? "/var/cache/thorbis-supabase/postgresql"
      : path.join(postgresCache(), "unpacked");
  return path.join(cache, `${major}-${releases.get(major)}-${process.arch}-${layout}`);
}

const binBelow = (root: string, major: number) =>
  path.join(root, "usr", "lib", "postgresql", String(major), "bin");

/** Returns the folder of an unpacked version's programs; undefined if it is not unpacked. */
export function findUnpacked(major: number): string | undefined {
  const folder = binBelow(unpackedRoot(major), major);
  return existsSync(folder) ? folder : undefined;
}

/** The parts of an unpacked tree that a server does not need. */
const unread = ["doc", "man", "locale", "info", "lintian", "perl", "bash-completion"].map(
  (name) => `usr/share/${name}`,
);

/**
 * Unpacks a complete server from the packages of another Debian release and returns the folder of its programs. Does not
 * change the system and does not need root: apt-get keeps its lists in the same folder, and patchelf makes the programs
 * load the unpacked libraries. Takes about 20 seconds, downloads 160 MB and needs 600 MB on disk, once per user. Safe
 * against parallel runs and kills.
 */
export async function unpackServer(major: number, progress: (message: string) => void): Promise<string> {
  const root = unpackedRoot(major);
  const folder = path.dirname(root);
  const onWait = () => progress(`Waiting for another process that is unpacking PostgreSQL ${major}.`);
  await withFolderLock(folder, onWait, async () => {
    if (existsSync(root)) return;
    await makeFolder(folder, path.basename(root), async (draft) => {
      await downloadPackages(major, draft, progress);
      progress(`unpacking PostgreSQL ${major}`);
      const archives = path.join(draft, "apt", "archives");
      for (const name of readdirSync(archives).filter((entry) => entry.endsWith(".deb"))) {
        await run("dpkg-deb", ["--extract", path.join(archives, name), draft]);
      }
      for (const entry of ["apt", ...unread])
        rmSync(path.join(draft, entry), { recursive: true, force: true });
      linkExtension(draft, major);
      await bindPrograms(draft, root, major);
    });
  });
  return binBelow(root, major);
}

async function downloadPackages(
  major: number,
  draft: string,
  progress: (message: string) => void,
): Promise<void> {
  const release = releases.get(major);
  const base = path.join(draft, "apt");
  for (const name of ["lists/partial", "archives/partial"])
    mkdirSync(path.join(base, name), { recursive: true });
  writeFileSync(path.join(base, "status"), "");
  writeFileSync(path.join(base, "sources.list"), await sourcesOf(release ?? ""));
  const options = [
    ...["Dir::Etc::SourceList=sources.list", "Dir::State::Lists=lists", "Dir::State::Status=status"].map(
      (option) => option.replace("=", `=${base}/`),
    ),
    ...[`Dir::State=${base}`, `Dir::Cache=${base}`, `Dir::Cache::Archives=${base}/archives`],
    ...[
      "Dir::Etc::SourceParts=/dev/null",
      "Dir::Etc::Preferences=/dev/null",
      "Dir::Etc::PreferencesParts=/dev/null",
    ],
    // apt's sandbox user may not enter this folder.
    ...["Debug::NoLocking=1", "APT::Sandbox::User=root", "APT::Install-Recommends=false"],
  ].flatMap((option) => ["-o", option]);
  progress(`reading the package lists of Debian ${release}`);
  await run("apt-get", ["-qq", ...options, "update"]);
  progress(`downloading PostgreSQL ${major} from Debian ${release} (160 MB)`);
  await run("apt-get", [
    "-qq",
    "-y",
    ...options,
    "--download-only",
    "install",
    ...serverPackages(major),
    "patchelf",
  ]);
  // Only the headers: the package's dependencies include a compiler.
  await run("apt-get", ["-qq", ...options, "download", headerPackage(major)], path.join(base, "archives"));
}

/** Returns the sources of a release on the mirrors that this system's apt uses. */
async function sourcesOf(release: string): Promise<string> {
  const targets = await run("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
  const uris = [...new Set(targets.split("\n"))];
  const mirror = uris.find((uri) => /\/debian\/?$/.test(uri));
  const security = uris.find((uri) => /security\/?$/.test(uri));
  if (mirror === undefined)
    throw new UserError("apt-get has no Debian mirror from which PostgreSQL could be unpacked.");
  const keys = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
  return [
    `deb ${keys} ${mirror} ${release} main`,
    ...(security === undefined ? [] : [`deb ${keys} ${security} ${release}-security main`]),
    "",
  ].join("\n");
}

/** Does what the install script of PostGIS's package does. */
function linkExtension(draft: string, major: number): void {
  const folder = path.join(draft, "usr", "share", "postgresql", String(major), "extension");
  if (!existsSync(path.join(folder, "postgis.control"))) {
    symlinkSync("postgis-3.control", path.join(folder, "postgis.control"));
  }
}

/** Makes the server's programs use the unpacked libraries and loader. */
async function bindPrograms(draft: string, root: string, major: number): Promise<void> {
  const folders = ["usr/lib", "lib"]
    .flatMap((name) => subfolders(path.join(draft, name)).map((sub) => path.join(name, sub)))
    .filter((name) => name.endsWith("-linux-gnu"))
    .flatMap((name) => [name, path.join(name, "blas"), path.join(name, "lapack")])
    .filter((name) => existsSync(path.join(draft, name)));
  const loader = findLoader(draft, folders);
  if (loader === undefined) throw new Error(`the packages of PostgreSQL ${major} contain no dynamic loader`);
  const at = (base: string) => folders.map((name) => path.join(base, name)).join(":");
  const patchelf = ["--library-path", at(draft), path.join(draft, "usr/bin/patchelf")];
  for (const name of readdirSync(binBelow(draft, major))) {
    const program = path.join(binBelow(draft, major), name);
    if (!isElf(program)) continue;
    const words = ["--set-interpreter", path.join(root, loader), "--force-rpath", "--set-rpath", at(root)];
    await run(path.join(draft, loader), [...patchelf, ...words, program]);
  }
  // A library with its own search path, such as LLVM's, ignores that of the program, and would load the system's libraries.
  const libraries = folders.flatMap((name) => libraryFiles(path.join(draft, name)));
  await run(path.join(draft, loader), [...patchelf, "--remove-rpath", ...libraries]);
}

/** Returns the libraries of a folder, without symbolic links and subfolders. */
function libraryFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.so(\.|$)/.test(entry.name))
    .map(({ name }) => path.join(folder, name))
    .filter(isElf);
}

function subfolders(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function isElf(file: string): boolean {
  const head = Buffer.alloc(4);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, head, 0, 4, 0);
  } finally {
    closeSync(descriptor);
  }
  return head.toString("latin1") === "\u007fELF";
}

async function run(program: string, args: readonly string[], folder = "/"): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args], {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split("\n");
    throw new UserError(
      `PostgreSQL could not be unpacked, because ${path.basename(program)} failed (${lines.at(-1)}): make sure that apt-get can reach Debian's mirror, or install PostgreSQL yourself and set POSTGRESQL_BIN to the folder of its programs.`,
      1,
      { cause: error },
    );
  }
}
