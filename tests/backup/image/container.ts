import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

/** A process in a separate root file system, with the features of `docker run` that the tests need. */
export interface ContainerOptions {
  /** Folder that becomes `/`. */
  readonly root: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** `uid:gid`. Without it, the process is root with all capabilities, like RUN in a build. */
  readonly user?: string | undefined;
  readonly workingDirectory?: string | undefined;
  /** Makes `/` read-only. The default is false. */
  readonly isReadOnly?: boolean | undefined;
  /** Folders and files of this machine, by their path in the container; writable unless their path is in `readOnlyMounts`. */
  readonly mounts?: Readonly<Record<string, string>> | undefined;
  readonly readOnlyMounts?: Readonly<Record<string, string>> | undefined;
  /** Memory limit of all its processes together, enforced by the kernel. The default is no limit. */
  readonly memoryMegabytes?: number | undefined;
}

export interface ContainerResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Peak memory, including page cache; undefined without a limit. */
  readonly peakBytes: number | undefined;
  /** How often the limit was reached. This is not a failure, because the kernel first reclaims page cache. */
  readonly limitHits: number | undefined;
}

/** Runs a command to its end. It has its own mounts and process ids and the network of this machine. */
export async function runContainer(options: ContainerOptions): Promise<ContainerResult> {
  const limit = await createMemoryLimit(options.memoryMegabytes);
  try {
    const { exitCode, stdout, stderr } = await execa(
      "unshare",
      ["--mount", "--pid", "--fork", "--kill-child", "--", "/bin/sh", "-euc", startScript(options, limit)],
      { env: {}, extendEnv: false, reject: false, stdin: "ignore", maxBuffer: 256 * 1024 * 1024 },
    );
    return { exitCode, stdout, stderr, ...((await limit?.read()) ?? noLimit) };
  } finally {
    await limit?.remove();
  }
}

const noLimit = { peakBytes: undefined, limitHits: undefined };

/** Mounts the file systems of a container, and replaces itself by the command. */
function startScript(options: ContainerOptions, limit: MemoryLimit | undefined): string {
  const { root, mounts = {}, readOnlyMounts = {}, workingDirectory = "/" } = options;
  const inRoot = (file: string): string => quote(path.join(root, file));
  const bind = ([target, source]: [string, string]): string[] => [
    `[ -d ${quote(source)} ] || [ -e ${inRoot(target)} ] || touch ${inRoot(target)}`,
    `[ ! -d ${quote(source)} ] || mkdir -p ${inRoot(target)}`,
    `mount --bind ${quote(source)} ${inRoot(target)}`,
  ];
  return [
    "export PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    ...(limit === undefined ? [] : [`echo $$ > ${quote(limit.processes)}`]),
    `mount --bind ${quote(root)} ${quote(root)}`,
    ...Object.entries(mounts).flatMap(bind),
    ...Object.entries(readOnlyMounts).flatMap((entry) => [
      ...bind(entry),
      `mount -o remount,bind,ro ${inRoot(entry[0])}`,
    ]),
    ...(options.isReadOnly === true ? [`mount -o remount,bind,ro ${quote(root)}`] : []),
    `mount -t proc proc ${inRoot("proc")}`,
    `mount -t tmpfs -o mode=755 tmpfs ${inRoot("dev")}`,
    `for node in null zero full random urandom tty; do touch ${inRoot("dev")}/$node; mount --bind /dev/$node ${inRoot("dev")}/$node; done`,
    `ln -s /proc/self/fd ${inRoot("dev/fd")}; for name in stdin stdout stderr; do ln -s /proc/self/fd ${inRoot("dev")}/$name; done`,
    `mkdir ${inRoot("dev/shm")}; mount -t tmpfs -o mode=1777,size=64m tmpfs ${inRoot("dev/shm")}`,
    `exec chroot ${quote(root)} ${innerCommand(options, workingDirectory).map(quote).join(" ")}`,
  ].join("\n");
}

/**
 * Returns the command inside of the container. A user has no capabilities and cannot get any. A shell changes the folder, because
 * chroot starts in `/`.
 */
function innerCommand({ user, environment, command }: ContainerOptions, folder: string): string[] {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const [userId = "", groupId = ""] = user?.split(":") ?? [];
  const drop =
    user === undefined
      ? []
      : [
          "setpriv",
          `--reuid=${userId}`,
          `--regid=${groupId}`,
          "--clear-groups",
          "--no-new-privs",
          "--inh-caps=-all",
          "--bounding-set=-all",
        ];
  return [...drop, "env", "-i", ...variables, "/bin/sh", "-c", 'cd "$0" && exec "$@"', folder, ...command];
}

interface MemoryLimit {
  readonly processes: string;
  read(): Promise<{ readonly peakBytes: number; readonly limitHits: number }>;
  remove(): Promise<void>;
}

const memoryGroups = "/sys/fs/cgroup/memory";

/** Returns why the kernel cannot limit the memory of a group of processes; undefined if it can. */
export async function memoryLimitProblem(): Promise<string | undefined> {
  const entries = await readdir(memoryGroups).catch((): string[] => []);
  return entries.includes("memory.limit_in_bytes") ? undefined : `there is no ${memoryGroups}`;
}

let groups = 0;

async function createMemoryLimit(megabytes: number | undefined): Promise<MemoryLimit | undefined> {
  if (megabytes === undefined) return undefined;
  const folder = path.join(memoryGroups, `thorbis-test-${process.pid}-${++groups}`);
  await mkdir(folder);
  await writeFile(path.join(folder, "memory.limit_in_bytes"), String(megabytes * 1024 * 1024));
  const read = async (file: string): Promise<number> =>
    Number(await readFile(path.join(folder, file), "utf8"));
  return {
    processes: path.join(folder, "cgroup.procs"),
    read: async () => ({
      peakBytes: await read("memory.max_usage_in_bytes"),
      limitHits: await read("memory.failcnt"),
    }),
    async remove() {
      await rmdir(folder);
    },
  };
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
