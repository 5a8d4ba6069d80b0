import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backupEvents, backupImage } from "../../../foundation/backupContract";
import { majorOf } from "../../support/cluster";
import { startTlsCluster, type TlsCluster } from "../../support/tlsCluster";
import { takePortrait } from "../support/portrait";
import { backupPassword, createShop } from "../support/shop";
import { startTestStore, type TestStore } from "../support/store";
import { buildNetwork, createNodeBase, imageProblem } from "./bases";
import { type ContainerResult, runContainer } from "./container";
import { ensureHadolint } from "./hadolint";
import { buildImage, createVolume, type Image } from "./imageBuilder";
import { type RenderedTask, renderTasks } from "./renderedTasks";

// No daemon and no registry of images is needed: the Dockerfile's instructions run on a Debian that is built from packages. It takes minutes:
// npm run backup:image.
const problem =
  process.env.IMAGE_BUILD === undefined
    ? "it takes minutes; `npm run backup:image` runs it"
    : await imageProblem();

const checkout = path.join(__dirname, "..", "..", "..");
const dockerfile = path.join(checkout, "backup", "Dockerfile");
/** The Debian that packages this version of PostgreSQL, because the image's own repository is not reachable from everywhere. */
const suites: Readonly<Record<number, string>> = { 15: "bookworm", 17: "trixie" };

let folder: string;
let source: TlsCluster;
let target: TlsCluster;
let store: TestStore;
let image: Image;
let major: number;
let tasks: Awaited<ReturnType<typeof renderTasks>>;

beforeAll(async () => {
  if (problem !== undefined) return;
  folder = await mkdtemp(path.join(tmpdir(), "thorbis-image-"));
  [source, target, store] = await Promise.all([startTlsCluster(), startTlsCluster(), startTestStore()]);
  const postgres = await source.client();
  await createShop(postgres);
  major = await majorOf(postgres);
  image = await buildImage({
    dockerfile,
    context: await createContext(),
    createBase: (base, root) => createNodeBase(base, root, suites[major] ?? ""),
    buildArguments: { POSTGRESQL_REPOSITORY: "debian", POSTGRESQL_MAJORS: String(major) },
    folder,
    network: await buildNetwork(),
    progress: (line) => console.log(line),
  });
  tasks = await renderTasks({
    connection: {
      host: "127.0.0.1",
      port: source.port,
      database: "postgres",
      user: "backup",
      password: backupPassword,
      sslMode: "verify-full",
      sslRootCertificate: "certificates/source.crt",
    },
    // The smallest task of Fargate.
    cpuUnits: 256,
    memoryMegabytes: 512,
  });
}, 1_800_000);

afterAll(async () => {
  await Promise.all([source?.remove(), target?.remove(), store?.remove()]);
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Creates a checkout with the user's database certificates in `certificates/`. */
async function createContext(): Promise<string> {
  const context = path.join(folder, "context");
  await mkdir(path.join(context, "sdks/supabase"), { recursive: true });
  for (const file of ["package.json", "package-lock.json", ".npmrc", "sdks/supabase/package.json"]) {
    await copyFile(path.join(checkout, file), path.join(context, file));
  }
  for (const name of ["foundation", "backup", "certificates", "emulators/postgres/hosted_rights"]) {
    await cp(path.join(checkout, name), path.join(context, name), { recursive: true });
  }
  await copyFile(source.authority, path.join(context, "certificates", "source.crt"));
  await copyFile(target.authority, path.join(context, "certificates", "target.crt"));
  return context;
}

let volumes = 0;

/** Runs a task as Fargate does: its definition, its secrets, and the credentials of its role. */
async function runTask(
  { container, memoryMegabytes }: RenderedTask,
  changes: { readonly command?: readonly string[]; readonly environment?: Record<string, string> } = {},
): Promise<ContainerResult> {
  const places = path.join(folder, `volumes-${++volumes}`);
  await mkdir(places);
  const mounts: Record<string, string> = {};
  for (const { containerPath } of container.mountPoints ?? []) {
    mounts[containerPath] = await createVolume(image, containerPath, places);
  }
  const declared = container.environment.map(({ name, value }): [string, string] => [name, value]);
  const secrets = container.secrets.map(({ name }): [string, string] => [name, backupPassword]);
  const { AWS_ENDPOINT_URL_S3 = "", AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = store.environment;
  return await runContainer({
    root: image.root,
    command: [...image.entrypoint, ...(changes.command ?? container.command)],
    environment: {
      ...image.environment,
      ...Object.fromEntries([...declared, ...secrets]),
      AWS_ENDPOINT_URL_S3,
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
      ...changes.environment,
    },
    user: container.user,
    isReadOnly: container.readonlyRootFilesystem,
    memoryMegabytes,
    mounts,
  });
}

const lastLine = ({ stdout }: ContainerResult): unknown =>
  JSON.parse(stdout.trim().split("\n").at(-1) ?? "null");

describe.skipIf(problem !== undefined)("the Dockerfile", () => {
  it("passes hadolint", async () => {
    const { exitCode, stdout } = await execa(await ensureHadolint(), [dockerfile], { reject: false });
    expect([exitCode, stdout]).toEqual([0, ""]);
    // The control: without the reason that it gives, an unpinned package is reported.
    const text = await readFile(dockerfile, "utf8");
    const { exitCode: found, stdout: report } = await execa(await ensureHadolint(), ["-"], {
      reject: false,
      input: text.replace(/^# hadolint .*\n/m, ""),
    });
    expect([found, report]).toEqual([1, expect.stringContaining("DL3008")]);
  });
});

describe.skipIf(problem !== undefined)(
  `the image, built from its Dockerfile${problem === undefined ? "" : ` (skipped: ${problem})`}`,
  () => {
    it("has every path and the user in the rendered task definitions", async () => {
      for (const { container } of Object.values(tasks)) {
        const named = container.environment.filter(({ value }) => value.startsWith("/"));
        for (const { name, value } of named) {
          expect([name, existsSync(path.join(image.root, value))]).toEqual([name, true]);
        }
        const [userId, groupId] = container.user.split(":");
        const users = await readFile(path.join(image.root, "etc/passwd"), "utf8");
        expect(users).toMatch(new RegExp(`^[\\w-]+:x:${userId}:${groupId}:`, "m"));
        expect(container.user).toBe(image.user);
        for (const { containerPath } of container.mountPoints ?? []) {
          expect(image.volumes).toContain(containerPath);
          expect(String((await stat(path.join(image.root, containerPath))).uid)).toBe(userId);
        }
      }
      // The controls: a path of the definition is checked, and a missing one is detected.
      expect(tasks.backup.container.environment).toContainEqual({
        name: "PGSSLROOTCERT",
        value: `${backupImage.certificates}/source.crt`,
      });
      expect(existsSync(path.join(image.root, "opt/backup/other.crt"))).toBe(false);
    });

    it("makes a backup as the user, with a read-only root, in the memory of the smallest task", async () => {
      const made = await runTask(tasks.backup);
      expect([made.exitCode, made.stderr]).toEqual([0, expect.stringContaining("is complete")]);
      expect(lastLine(made)).toMatchObject({ event: backupEvents.completed });
      expect(made.peakBytes).toBeLessThan(512 * 1024 * 1024);
      console.log(`backup: peak ${Math.round((made.peakBytes ?? 0) / 1024 / 1024)} MiB`);
    });

    it("drills it with the server of the image, in its only writable folder", async () => {
      const drilled = await runTask(tasks.drill);
      expect([drilled.exitCode, drilled.stderr]).toEqual([0, expect.stringContaining("restored")]);
      expect(lastLine(drilled)).toMatchObject({
        event: backupEvents.drillPassed,
        versions: { server: major },
      });
      // With the privileges of `postgres` in a project.
      expect(drilled.stdout).not.toMatch(/the privileges of|of the platform/);
      console.log(`drill: peak ${Math.round((drilled.peakBytes ?? 0) / 1024 / 1024)} MiB`);
    });

    it("restores it into another project, which is identical afterwards", async () => {
      const restored = await runTask(tasks.backup, {
        command: ["restore"],
        environment: {
          RESTORE_DATABASE_URL: `${target.url()}?sslmode=verify-full`,
          PGSSLROOTCERT: `${backupImage.certificates}/target.crt`,
        },
      });
      expect([restored.exitCode, restored.stderr]).toEqual([0, expect.stringContaining("restored")]);
      expect(await takePortrait(target.url("supabase_admin"))).toEqual(
        await takePortrait(source.url("supabase_admin")),
      );
    });

    it("prunes, and deletes nothing of a single backup", async () => {
      const pruned = await runTask(tasks.prune);
      expect([pruned.exitCode, pruned.stderr]).toEqual([0, expect.any(String)]);
      expect((await store.keys("runs/")).length).toBeGreaterThan(3);
    });

    it("cannot write to its root, and is killed by the kernel if it exceeds the memory of the task", async () => {
      const write = { command: ["-e", "fs.writeFileSync('/opt/backup/x', '')"] };
      const script = { ...image, entrypoint: ["node"] };
      const { container } = tasks.backup;
      const started = {
        root: script.root,
        environment: image.environment,
        user: container.user,
        isReadOnly: true,
      };
      const refused = await runContainer({ ...started, command: ["node", ...write.command] });
      expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringMatching(/EROFS|EACCES/)]);
      const greedy = ["-e", "const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))"];
      const ended = await runContainer({ ...started, command: ["node", ...greedy], memoryMegabytes: 128 });
      expect(ended.exitCode).not.toBe(0);
      expect(ended.peakBytes).toBeLessThanOrEqual(128 * 1024 * 1024);
    });

    it("refuses a server whose certificate another CA signed", async () => {
      const { exitCode, stderr } = await runTask(tasks.backup, {
        environment: { PGSSLROOTCERT: `${backupImage.certificates}/target.crt` },
      });
      expect([exitCode, stderr]).toEqual([3, expect.stringMatching(/^Connecting to database [^\n]*\.$/)]);
    });

    it("saves a row of 112 MB in the memory of the smallest task, and refuses one that does not fit", async () => {
      const postgres = await source.client();
      await postgres.query("create table public.large as select repeat(md5('a'), 3500000) as value");
      const made = await runTask(tasks.backup);
      expect([made.exitCode, made.stderr]).toEqual([0, expect.stringContaining("is complete")]);
      console.log(`backup of a row of 112 MB: peak ${Math.round((made.peakBytes ?? 0) / 1024 / 1024)} MiB`);
      await postgres.query("insert into public.large select repeat(md5('b'), 6000000)");
      const keys = await store.keys();
      const refused = await runTask(tasks.backup);
      expect([refused.exitCode, refused.stderr]).toEqual([
        3,
        expect.stringMatching(
          /^The task has 512\.0 MiB of memory, too little for a row of public\.large that has 183\.1 MiB/,
        ),
      ]);
      expect(await store.keys()).toEqual(keys);
    });
  },
);
