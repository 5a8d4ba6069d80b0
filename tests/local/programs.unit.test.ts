import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { checkoutRoot } from "../../foundation/checkout";

// Every program that this repository starts by name, in code or in tests, must have a known source. The test fails for a new
// one. README.md names the programs that a user installs.

const fromEveryDebian = [
  "bash",
  "chmod",
  "chown",
  "cp",
  "id",
  "setpriv",
  "sh",
  "sleep",
  "tar",
  "test",
  "true",
  "unshare",
];
const fromUs = {
  "apt-cache": "looked for first, on Debian alone",
  "apt-get": "looked for first, on Debian alone",
  "dpkg-deb": "exists on systems with apt-get",
  mmdebstrap: "checked by tests/backup/image/bases.ts, whose tests are skipped without it",
  git: "used to get the checkout; ops/commandLine.ts reports it if a plan needs it",
  make: "part of a complete PostgreSQL: emulators/postgres/installation",
  npm: "comes with Node",
  npx: "comes with Node",
  pg_dump: "of PostgreSQL, emulators/postgres/installation",
  pg_restore: "of PostgreSQL, emulators/postgres/installation",
  ps: "only used without /proc",
  psql: "of PostgreSQL, emulators/postgres/installation",
  pulumi: "put on PATH by local/commands/operate.ts",
  python3: "README.md requires it",
  supabase: "put on PATH by local/officialClients",
  zstd: "local/compressor.ts",
};
const inventedByTests = ["no-such-program", "supabase_admin"];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sources(file);
    return /\.(ts|mjs|cjs)$/.test(entry.name) ? [file] : [];
  });
}

test("every program that is started by its name is declared, installed or part of any system", () => {
  const root = checkoutRoot();
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\..*|dist|node_modules)$/.test(entry.name))
    .map(({ name }) => name);
  const start =
    /\b(?:execFile|execFileSync|execa|spawn|spawnSync|startProgram|versionOf)\)?\(\s*\[?"([a-z][\w-]*)"/g;
  const started = folders
    .flatMap((folder) => sources(path.join(root, folder)))
    .flatMap((file) => [...readFileSync(file, "utf8").matchAll(start)].map(([, program]) => program ?? ""));
  const known = new Set([...fromEveryDebian, ...Object.keys(fromUs), ...inventedByTests]);

  expect(started.length).toBeGreaterThan(20);
  expect([...new Set(started)].filter((program) => !known.has(program)).sort()).toEqual([]);
});
