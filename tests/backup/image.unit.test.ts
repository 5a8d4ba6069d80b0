import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { taskVariableNames } from "../../backup/environment";
import { containerDefinition } from "../../components/scheduledBackup/containerDefinition";
import { backupImage, certificateInImage, taskVariables } from "../../foundation/backupContract";

const { userId, workFolder } = backupImage;

// The image is built elsewhere. These tests check that it matches the task definition.

const dockerfile = readFileSync(path.join(__dirname, "..", "..", "backup", "Dockerfile"), "utf8")
  .replace(/\\\n/g, " ")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

/** Returns the arguments of an instruction in any stage. */
const all = (instruction: string, lines = dockerfile): string[] =>
  lines
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.slice(instruction.length + 1));
/** The last stage, which is the image. */
const stage = dockerfile.slice(dockerfile.findLastIndex((line) => line.startsWith("FROM ")));
const installed = all("RUN", stage).join(" ");

const container = (settings: { command: string[]; hasWorkFolder?: boolean }) =>
  containerDefinition({
    name: "backup",
    image: "backup",
    region: "us-east-1",
    logGroupName: "log",
    environment: {},
    ...settings,
  }) as {
    command: string[];
    user: string;
    environment: { name: string; value: string }[];
    mountPoints?: { containerPath: string }[];
  };

describe("the image", () => {
  it("uses a base image pinned by digest, the same for all stages", () => {
    const bases = all("FROM").map((line) => line.split(" ")[0] ?? "");
    expect(bases.length).toBe(3);
    for (const base of bases) expect(base).toMatch(/^node:24-bookworm-slim@sha256:[0-9a-f]{64}$/);
    expect(new Set(bases).size).toBe(1);
  });

  it("runs the program with the arguments of the task definition", () => {
    expect(JSON.parse(all("ENTRYPOINT", stage)[0] ?? "[]")).toEqual([
      "node",
      ...backupImage.nodeOptions,
      backupImage.program,
    ]);
    expect(all("COPY", stage)).toContain(`--from=build /out/backup.cjs ${backupImage.program}`);
    expect(all("COPY", stage)).toContain(`--from=rights /out ${backupImage.hostedRights}`);
    expect(JSON.parse(all("CMD", stage)[0] ?? "[]")).toEqual(container({ command: ["run"] }).command);
  });

  it("has the certificates at the path in the task definition", () => {
    expect(all("COPY", stage)).toContain(`certificates ${backupImage.certificates}`);
    expect(certificateInImage("certificates/prod-ca-2021.crt")).toBe(
      `${backupImage.certificates}/prod-ca-2021.crt`,
    );
  });

  it("has a program that reads every variable of the task definition", () => {
    expect(taskVariables.filter((name) => !taskVariableNames.has(name))).toEqual([]);
  });

  it("runs as the user of the task, which is not root", () => {
    const { user } = container({ command: ["run"] });
    expect(all("USER", stage)).toEqual([user]);
    expect(user).toBe(`${userId}:${userId}`);
    expect(installed).toContain(`useradd --uid ${userId} --gid ${userId} `);
    expect(installed).toContain(`groupadd --gid ${userId} `);
    // Names of users and groups in Debian's base-passwd.
    const name = /groupadd --gid \d+ (\S+)/.exec(installed)?.[1] ?? "";
    expect(["backup", "daemon", "mail", "news", "nobody", "operator", "staff", "users"]).not.toContain(name);
    expect(userId).toBeGreaterThanOrEqual(1000);
  });

  it("has the only folder to which a drill may write, owned by that user", () => {
    const { environment, mountPoints } = container({ command: ["drill"], hasWorkFolder: true });
    expect(JSON.parse(all("VOLUME", stage)[0] ?? "[]")).toEqual([workFolder]);
    expect(mountPoints?.map(({ containerPath }) => containerPath)).toEqual([workFolder]);
    expect(environment).toContainEqual({ name: "TMPDIR", value: workFolder });
    expect(installed).toContain(
      `install --directory --mode=0700 --owner=${userId} --group=${userId} ${workFolder}`,
    );
    // The control: a backup has none.
    expect(container({ command: ["run"] }).mountPoints).toBeUndefined();
  });

  it("has the client and, for drills, the server of each major version on Supabase", () => {
    const majors = /POSTGRESQL_MAJORS="([\d ]+)"/.exec(all("ARG", stage).join(" "))?.[1]?.split(" ");
    expect(majors).toEqual(["15", "16", "17"]);
    for (const name of ["postgresql", "postgresql-client"]) {
      expect(installed).toContain(`"${name}-$major"`);
    }
    expect(installed).toMatch(/ zstd /);
  });

  it("contains no secret and nothing that its program does not need", () => {
    expect(all("ENV", stage)).toEqual(["NODE_ENV=production"]);
    expect(all("ADD")).toEqual([]);
    // The context contains only what the build copies.
    const ignore = readFileSync(
      path.join(__dirname, "..", "..", "backup", "Dockerfile.dockerignore"),
      "utf8",
    );
    const sent = ignore.split("\n").filter((line) => line.startsWith("!"));
    const copied = all("COPY")
      .filter((line) => !line.startsWith("--from"))
      .flatMap((line) => line.split(" ").slice(0, -1));
    expect(ignore.split("\n")[1]).toBe("*");
    expect(sent.map((line) => line.slice(1)).sort()).toEqual(copied.sort());
  });
});
