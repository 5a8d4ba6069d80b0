import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { localPaths, pulumiVariables } from "../../../local/environment";
import { installStandIns } from "../../../local/plugins/install";
import { ensureToolchain } from "../../../local/toolchain";
import { loadPatches } from "../../support/programBundle";
import { startTlsCluster, type TlsCluster } from "../../support/tlsCluster";

// database.sslRootCertificate is a path relative to the project and is passed to the plugin unchanged. So the engine must start
// plugins in the project's folder, regardless of its own working directory, and also if no program runs.
const program = `
const { Provider } = require("@pulumi/postgresql/provider");
const { Role } = require("@pulumi/postgresql/role");
const provider = new Provider("server", {
  host: "127.0.0.1", port: Number(process.env.SERVER_PORT), database: "postgres", username: "postgres",
  password: "test-password", superuser: false, sslmode: "verify-full", sslrootcert: "certificates/supabase.crt",
});
new Role("role", { name: "tls_probe" }, { provider });
`;

let base: string;
let project: string;
let cluster: TlsCluster;
let environment: Record<string, string>;
let cli: string;

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "thorbis tls "));
  project = path.join(base, "project");
  await mkdir(path.join(project, "certificates"), { recursive: true });
  const checkout = checkoutRoot();
  await symlink(path.join(checkout, "node_modules"), path.join(project, "node_modules"));
  await writeFile(
    path.join(project, "Pulumi.yaml"),
    "name: tls\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  await writeFile(path.join(project, "package.json"), JSON.stringify({ main: "program.cjs" }));
  await writeFile(path.join(project, "program.cjs"), `${loadPatches}${program}`);
  const paths = localPaths(project, { THORBIS_LOCAL_DIRECTORY: path.join(base, "local") });
  await mkdir(paths.state, { recursive: true });
  await installStandIns(checkout, paths.pulumiHome);
  const toolchain = await ensureToolchain({ progress: () => undefined });
  cli = toolchain.pulumi;
  cluster = await startTlsCluster();
  environment = {
    ...toolchain.environment,
    ...pulumiVariables(paths, toolchain.binDirectory),
    SERVER_PORT: String(cluster.port),
  };
});
afterAll(async () => {
  await cluster?.remove();
  await rm(base, { recursive: true, force: true });
});

async function pulumi(...args: string[]): Promise<{ exitCode: number | undefined; output: string }> {
  const { exitCode, all } = await execa(cli, ["-C", project, ...args, "--non-interactive"], {
    cwd: base,
    env: environment,
    reject: false,
    all: true,
    stdin: "ignore",
  });
  return { exitCode, output: all };
}

test("the CA file is found relative to the project, with and without a program", async () => {
  const installed = path.join(project, "certificates", "supabase.crt");
  await copyFile(cluster.authority, installed);
  expect(await pulumi("stack", "init", "tls")).toMatchObject({ exitCode: 0 });

  const up = await pulumi("up", "--yes", "--skip-preview");
  expect(up.output).toMatch(/postgresql:index:Role role created/);
  expect(up.exitCode).toBe(0);
  expect(await pulumi("refresh", "--preview-only", "--expect-no-changes")).toMatchObject({ exitCode: 0 });

  // Control: a server without a certificate of this authority is refused.
  await copyFile(cluster.stranger, installed);
  const refused = await pulumi("refresh", "--preview-only");
  expect(refused.output).toMatch(/Cannot connect to PostgreSQL at 127\.0\.0\.1:\d+/);
  expect(refused.exitCode).not.toBe(0);
});
