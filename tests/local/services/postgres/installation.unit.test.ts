import { describe, expect, it } from "vitest";
import {
  ensurePostgresInstalled,
  type InstallationSystem,
} from "../../../../local/services/postgres/installation";

const versioned = "/usr/lib/postgresql/15/bin";
const complete = [
  ...["postgres", "initdb", "pg_config"].map((program) => `${versioned}/${program}`),
  "/usr/share/postgresql/15/extension/pg_cron.control",
  "/usr/share/postgresql/15/extension/postgis.control",
  "/usr/share/postgresql/15/extension/pg_stat_statements.control",
  "/usr/include/postgresql/15/server/postgres.h",
  "/usr/bin/make",
  "/usr/bin/gcc",
];

/** A machine with these files; `installable` appear when apt-get is used. */
function machine(
  files: readonly string[],
  { isRoot = false, installable = [] as readonly string[] } = {},
): InstallationSystem & { installed: (number | undefined)[] } {
  const present = new Set(files);
  const installed: (number | undefined)[] = [];
  return {
    installed,
    isRoot,
    searchPath: ["/usr/bin"],
    versionedFolders: () => ["14", "15", "17"].map((major) => `/usr/lib/postgresql/${major}/bin`),
    isExecutable: (file) => present.has(file),
    exists: (file) => present.has(file),
    async run(file, [option = ""]) {
      const major = /postgresql\/(\d+)\//.exec(file)?.[1] ?? "";
      const answers: Record<string, string> = {
        "--version": `postgres (PostgreSQL) ${major}.20 (Debian ${major}.20-0)\n`,
        "--sharedir": `/usr/share/postgresql/${major}\n`,
        "--includedir-server": `/usr/include/postgresql/${major}/server\n`,
      };
      return answers[option] ?? "";
    },
    async installFromDebian(major) {
      installed.push(major);
      for (const file of installable) present.add(file);
    },
  };
}

const silent = (): void => undefined;
const without = (...parts: string[]): string[] =>
  complete.filter((file) => !parts.some((part) => file.includes(part)));
const of17 = complete.map((file) => file.replaceAll("/15/", "/17/"));

describe("finding PostgreSQL", () => {
  it("takes a complete installation as it is", async () => {
    const system = machine(complete, { isRoot: true });
    expect(await ensurePostgresInstalled(silent, system)).toEqual({
      major: 15,
      version: "15.20",
      binDirectory: versioned,
      pgConfig: `${versioned}/pg_config`,
      extensionDirectory: "/usr/share/postgresql/15/extension",
      headerDirectory: "/usr/include/postgresql/15/server",
    });
    expect(system.installed).toEqual([]);
  });

  it("prefers the newest complete one", async () => {
    expect((await ensurePostgresInstalled(silent, machine([...complete, ...of17]))).major).toBe(17);
  });

  it("prefers a complete one to a newer one that lacks something", async () => {
    const lacking = of17.filter((file) => !file.includes("pg_cron"));
    expect((await ensurePostgresInstalled(silent, machine([...complete, ...lacking]))).major).toBe(15);
  });

  it("does not take a version older than 15", async () => {
    const of14 = complete.map((file) => file.replaceAll("/15/", "/14/"));
    await expect(ensurePostgresInstalled(silent, machine(of14))).rejects.toThrow(/no PostgreSQL 15 or newer/);
  });

  it("installs Debian's packages where it is root, and says so", async () => {
    const system = machine(["/usr/bin/apt-get"], { isRoot: true, installable: complete });
    const said: string[] = [];
    const installation = await ensurePostgresInstalled((line) => said.push(line), system);
    expect(installation.version).toBe("15.20");
    expect(system.installed).toEqual([undefined]);
    expect(said).toEqual(["PostgreSQL is not installed: installing Debian's packages"]);
  });

  it("completes the version that is there", async () => {
    const files = ["/usr/bin/apt-get", ...without("pg_cron", "postgres.h")];
    const system = machine(files, { isRoot: true, installable: complete });
    const said: string[] = [];
    await ensurePostgresInstalled((line) => said.push(line), system);
    expect(system.installed).toEqual([15]);
    expect(said).toEqual([
      "PostgreSQL 15.20 lacks pg_cron, the server's header files: installing Debian's packages",
    ]);
  });
});

describe("one sentence on what to install", () => {
  const sudo =
    "and only root can install it: run `sudo apt-get install postgresql-15 postgresql-15-cron postgresql-15-postgis-3 postgresql-15-plpgsql-check postgresql-server-dev-15 gcc make`, or the same from your system's packages.";

  it.each([
    ["no PostgreSQL", [], "no PostgreSQL 15 or newer was found on PATH or below /usr/lib/postgresql"],
    ["no compiler", without("gcc"), `PostgreSQL 15.20 in ${versioned} lacks a C compiler`],
    ["no headers", without("postgres.h"), `PostgreSQL 15.20 in ${versioned} lacks the server's header files`],
    ["no pg_cron", without("pg_cron"), `PostgreSQL 15.20 in ${versioned} lacks pg_cron`],
    ["no postgis", without("postgis.control"), `PostgreSQL 15.20 in ${versioned} lacks postgis`],
  ])("without root: %s", async (_what, files, lack) => {
    const system = machine([...files, "/usr/bin/apt-get"]);
    await expect(ensurePostgresInstalled(silent, system)).rejects.toMatchObject({
      name: "UserError",
      message: `The local stack needs a complete PostgreSQL, but ${lack}, ${sudo}`,
    });
    expect(system.installed).toEqual([]);
  });

  it("as root, without apt-get", async () => {
    await expect(ensurePostgresInstalled(silent, machine([], { isRoot: true }))).rejects.toThrow(
      /but no PostgreSQL 15 .*, and there is no apt-get to install it with: install the server, /,
    );
  });

  it("as root, when apt-get did not bring it", async () => {
    await expect(
      ensurePostgresInstalled(silent, machine(["/usr/bin/apt-get"], { isRoot: true })),
    ).rejects.toThrow(
      /although apt-get installed postgresql-15 .*: put the folder of its programs on PATH\.$/,
    );
  });
});
