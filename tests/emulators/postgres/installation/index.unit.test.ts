import { describe, expect, it } from "vitest";
import {
  ensurePostgresInstalled,
  type InstallationSystem,
} from "../../../../emulators/postgres/installation";

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

interface Machine {
  readonly isRoot?: boolean;
  /** Files that exist after apt-get has installed something. */
  readonly installable?: readonly string[];
  readonly offered?: readonly number[];
  /** Files that exist below /cache/17 after this version is unpacked. */
  readonly unpackable?: readonly string[];
  readonly chosen?: string;
}

/** Returns a machine with these files. */
function machine(
  files: readonly string[],
  { isRoot = false, installable = [], offered = [15], unpackable = [], chosen }: Machine = {},
): InstallationSystem & { installed: string[]; unpackings: number[] } {
  const present = new Set(files);
  const installed: string[] = [];
  const unpackings: number[] = [];
  const unpackedBin = "/cache/17/usr/lib/postgresql/17/bin";
  return {
    installed,
    unpackings,
    isRoot,
    searchPath: ["/usr/bin"],
    chosenFolder: () => chosen,
    folders: () => ["14", "15", "17", "18"].map((major) => `/usr/lib/postgresql/${major}/bin`),
    isExecutable: (file) => present.has(file),
    exists: (file) => present.has(file),
    async run(file, [option = ""]) {
      const [, root = "", major = ""] = /^(.*)\/usr\/lib\/postgresql\/(\d+)\//.exec(file) ?? [];
      if (!present.has(file)) throw new Error(`there is no ${file}`);
      const answers: Record<string, string> = {
        "--version": `postgres (PostgreSQL) ${major}.20 (Debian ${major}.20-0)\n`,
        "--sharedir": `${root}/usr/share/postgresql/${major}\n`,
        "--includedir-server": `${root}/usr/include/postgresql/${major}/server\n`,
      };
      return answers[option] ?? "";
    },
    unpacked: () => (present.has(`${unpackedBin}/postgres`) ? unpackedBin : undefined),
    canBeUnpacked: (major) => major === 17,
    async unpack(major) {
      unpackings.push(major);
      for (const file of unpackable) present.add(`/cache/17${file}`);
      return unpackedBin;
    },
    offeredMajors: async () => offered,
    updatePackageLists: async () => undefined,
    async installPackages(packages) {
      installed.push(...packages);
      for (const file of installable) present.add(file);
    },
  };
}

const silent = (): void => undefined;
const without = (...parts: string[]): string[] =>
  complete.filter((file) => !parts.some((part) => file.includes(part)));
const of = (major: number): string[] => complete.map((file) => file.replaceAll("/15/", `/${major}/`));
const of17 = of(17);
const packages15 = [
  ...["postgresql-15", "postgresql-15-cron", "postgresql-15-postgis-3", "postgresql-15-plpgsql-check"],
  "postgresql-15-pgtap",
  ...["postgresql-server-dev-15", "gcc", "make"],
];

describe("finding PostgreSQL", () => {
  it("uses a complete installation unchanged", async () => {
    const system = machine(complete, { isRoot: true });
    expect(await ensurePostgresInstalled(silent, { system })).toEqual({
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
    expect((await ensurePostgresInstalled(silent, { system: machine([...complete, ...of17]) })).major).toBe(
      17,
    );
  });

  it("prefers a complete one to a newer incomplete one", async () => {
    const lacking = of17.filter((file) => !file.includes("pg_cron"));
    expect(
      (await ensurePostgresInstalled(silent, { system: machine([...complete, ...lacking]) })).major,
    ).toBe(15);
  });

  it("prefers a supported version to a newer one", async () => {
    const system = machine([...complete, ...of17, ...of(18)]);
    expect((await ensurePostgresInstalled(silent, { system })).major).toBe(17);
  });

  it("uses a version that is newer than the supported ones if no other is installed", async () => {
    expect((await ensurePostgresInstalled(silent, { system: machine(of(18)) })).major).toBe(18);
  });

  it("does not use a version older than 15", async () => {
    await expect(ensurePostgresInstalled(silent, { system: machine(of(14)) })).rejects.toThrow(
      /no PostgreSQL 15 or newer/,
    );
  });

  it("installs Debian's packages as root, and prints it", async () => {
    const system = machine(["/usr/bin/apt-get"], { isRoot: true, installable: complete });
    const said: string[] = [];
    const installation = await ensurePostgresInstalled((line) => said.push(line), { system });
    expect(installation.version).toBe("15.20");
    expect(system.installed).toEqual(packages15);
    expect(said).toEqual(["PostgreSQL is not installed: installing Debian's packages"]);
  });

  it("completes the installed version", async () => {
    const files = ["/usr/bin/apt-get", ...without("pg_cron", "postgres.h")];
    const system = machine(files, { isRoot: true, installable: complete });
    const said: string[] = [];
    await ensurePostgresInstalled((line) => said.push(line), { system });
    expect(system.installed).toEqual(packages15);
    expect(said).toEqual([
      "PostgreSQL 15.20 lacks pg_cron, the server's header files: installing Debian's packages",
    ]);
  });
});

describe("a requested version", () => {
  const unpackable = of17.filter((file) => !file.startsWith("/usr/bin"));
  const apt = "/usr/bin/apt-get";

  it("is used if it is installed, also beside a newer one", async () => {
    const system = machine([...complete, ...of17]);
    expect((await ensurePostgresInstalled(silent, { major: 15, system })).binDirectory).toBe(versioned);
  });

  it("is unpacked once, without root, if this system has another one", async () => {
    const system = machine([...complete, apt], { unpackable });
    const wanted = { major: 17, system };
    const installation = await ensurePostgresInstalled(silent, wanted);
    expect(installation.binDirectory).toBe("/cache/17/usr/lib/postgresql/17/bin");
    expect(installation.headerDirectory).toBe("/cache/17/usr/include/postgresql/17/server");
    await ensurePostgresInstalled(silent, wanted);
    expect(system.unpackings).toEqual([17]);
    expect(system.installed).toEqual([]);
  });

  it("is installed as root if this system offers it", async () => {
    const system = machine([...complete, apt], {
      isRoot: true,
      offered: [17],
      installable: of17,
      unpackable,
    });
    expect((await ensurePostgresInstalled(silent, { major: 17, system })).binDirectory).toBe(
      "/usr/lib/postgresql/17/bin",
    );
    expect(system.installed).toContain("postgresql-17-cron");
    expect(system.unpackings).toEqual([]);
  });

  it("is not replaced by another one if it is not available", async () => {
    const system = machine([...complete, apt]);
    await expect(ensurePostgresInstalled(silent, { major: 16, system })).rejects.toThrow(
      "The local stack needs a complete PostgreSQL, but no PostgreSQL 16 was found on PATH or below /usr/lib/postgresql, and the package lists of apt-get offer no PostgreSQL 16 with pg_cron: run `apt-get update` as root, or install the server, its header files, pg_cron, PostGIS, make and a C compiler and set POSTGRESQL_BIN to the folder of its programs.",
    );
  });

  it("is not used by default after it was unpacked", async () => {
    const system = machine([...complete, ...unpackable.map((file) => `/cache/17${file}`)]);
    expect((await ensurePostgresInstalled(silent, { system })).major).toBe(15);
    expect((await ensurePostgresInstalled(silent, { major: 17, system })).major).toBe(17);
  });
});

describe("POSTGRESQL_BIN", () => {
  it("names the only installation to use, also beside a newer one", async () => {
    const system = machine([...complete, ...of17], { chosen: versioned });
    expect((await ensurePostgresInstalled(silent, { system })).major).toBe(15);
  });

  it("is not used for another requested version", async () => {
    const system = machine([...complete, ...of17], { chosen: versioned });
    expect((await ensurePostgresInstalled(silent, { major: 17, system })).major).toBe(17);
  });

  it.each([
    ["holds no server", [], "contains no PostgreSQL server"],
    ["holds an old one", of(14), "holds PostgreSQL 14.20, older than 15"],
    ["lacks two parts", without("pg_cron", "postgres.h"), "lacks pg_cron, the server's header files"],
  ])("is refused when it %s, and nothing is installed", async (_what, files, issue) => {
    const chosen = issue.includes("14") ? "/usr/lib/postgresql/14/bin" : versioned;
    const system = machine([...files, "/usr/bin/apt-get"], { isRoot: true, installable: complete, chosen });
    await expect(ensurePostgresInstalled(silent, { system })).rejects.toThrow(
      `The local stack needs a complete PostgreSQL, but POSTGRESQL_BIN is ${chosen}, which ${issue}: complete it, set POSTGRESQL_BIN to another folder, or unset it.`,
    );
    expect(system.installed).toEqual([]);
  });
});

describe("one sentence on what to install", () => {
  const sudo =
    "and only root can install it: run `sudo apt-get install postgresql-15 postgresql-15-cron postgresql-15-postgis-3 postgresql-15-plpgsql-check postgresql-15-pgtap postgresql-server-dev-15 gcc make`, or the same from your system's packages.";

  it.each([
    ["no PostgreSQL", [], "no PostgreSQL 15 or newer was found on PATH or below /usr/lib/postgresql"],
    ["no compiler", without("gcc"), `PostgreSQL 15.20 in ${versioned} lacks a C compiler`],
    ["no headers", without("postgres.h"), `PostgreSQL 15.20 in ${versioned} lacks the server's header files`],
    ["no pg_cron", without("pg_cron"), `PostgreSQL 15.20 in ${versioned} lacks pg_cron`],
    ["no postgis", without("postgis.control"), `PostgreSQL 15.20 in ${versioned} lacks postgis`],
  ])("without root: %s", async (_what, files, lack) => {
    const system = machine([...files, "/usr/bin/apt-get"]);
    await expect(ensurePostgresInstalled(silent, { system })).rejects.toMatchObject({
      name: "UserError",
      message: `The local stack needs a complete PostgreSQL, but ${lack}, ${sudo}`,
    });
    expect(system.installed).toEqual([]);
  });

  it("names the packages of the version that this system offers", async () => {
    const system = machine(["/usr/bin/apt-get"], { offered: [17] });
    await expect(ensurePostgresInstalled(silent, { system })).rejects.toThrow(
      /run `sudo apt-get install postgresql-17 postgresql-17-cron /,
    );
  });

  it("as root, without apt-get", async () => {
    await expect(ensurePostgresInstalled(silent, { system: machine([], { isRoot: true }) })).rejects.toThrow(
      /but no PostgreSQL 15 .*, and there is no apt-get to install it with: install the server, /,
    );
  });

  it("as root, if apt-get did not install it", async () => {
    await expect(
      ensurePostgresInstalled(silent, { system: machine(["/usr/bin/apt-get"], { isRoot: true }) }),
    ).rejects.toThrow(
      /although apt-get installed postgresql-15 .*: set POSTGRESQL_BIN to the folder of its programs\.$/,
    );
  });
});
