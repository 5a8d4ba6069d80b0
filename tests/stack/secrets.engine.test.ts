import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requiredSecrets } from "../../config/parse";
import { staticSecretLeaves } from "../../config/secretLeaves";
import { openStackFile, readStackFile } from "../../config/stackFile";
import { ManagementApi } from "../../foundation/managementApi";
import { localAccessToken, localPassphrase, localPaths } from "../../local/environment";
import { commandLinesDuring } from "../support/commandLines";
import { filesBelow, findLeaks, type PlantedSecret, type ReadableText } from "../support/leaks";
import { createTestStack, type TestStack } from "../support/testStack";

// Every secret leaf of the configuration has a unique secret. Then everything that the stack leaves behind or prints is
// searched for them: the state, the output of up, preview, refresh and failures, the logs, and all command lines.
const groups = {
  "auth.smtp.host": "smtp.example.com",
  "auth.smtp.user": "mail",
  "auth.smtp.senderEmail": "no-reply@example.com",
  "functions.secretNames[0]": "STRIPE_KEY",
};
const key = (name: string) => `thorbis-supabase:${name}`;

/**
 * Returns a text to search for. Both ends distinguish it from any other text, and the part between them differs in every encoding.
 */
const canaryText = () => `${ending()}"\\/%+&<'é ${ending()}`;
/** Returns a password to search for, of characters that database passwords may contain. */
const canaryPassword = () => `${ending()}._~-${ending()}`;
const ending = () => randomBytes(8).toString("hex");

const planted: PlantedSecret[] = [];
const printed: ReadableText[] = [];
let stack: TestStack;
let state: string;

beforeAll(async () => {
  stack = await createTestStack();
  state = localPaths(stack.project, { THORBIS_LOCAL_DIRECTORY: "../local" }).state;
  await run(
    "config",
    "set-all",
    "--path",
    ...Object.entries(groups).flatMap(([name, value]) => ["--plaintext", `${key(name)}=${value}`]),
  );
  const file = openStackFile(readStackFile(path.join(stack.project, "Pulumi.local.yaml")), localPassphrase);
  for (const leaf of requiredSecrets(file))
    planted.push({ name: leaf.key, text: /Password$/.test(leaf.key) ? canaryPassword() : canaryText() });
  await setSecrets(planted);
});

afterAll(async () => {
  await stack?.remove();
});

/** Runs the CLI, stores its output, and returns it. */
async function pulumi(...args: string[]): Promise<{ exitCode: number; output: string }> {
  const { exitCode, output } = await stack.pulumi(...args);
  printed.push({ where: `output of pulumi ${args.join(" ").slice(0, 60)}`, text: output });
  return { exitCode, output };
}

async function run(...args: string[]): Promise<void> {
  const { exitCode, output } = await stack.pulumi(...args);
  expect(exitCode, output).toBe(0);
}

const setSecrets = (secrets: readonly PlantedSecret[]) =>
  run("config", "set-all", ...secrets.flatMap(({ name, text }) => ["--secret", `${name}=${text}`]));

/** Returns everything that can be read afterwards, except the data that the services store, as the real clouds do. */
const leftBehind = async (): Promise<ReadableText[]> => [
  ...filesBelow(stack.project),
  ...filesBelow(path.dirname(state), (file) => !file.startsWith("services/") || file.endsWith(".log")),
  ...printed,
  ...(await statements()),
];

/** Returns the statements that pg_stat_statements shows to the role `monitoring`. */
async function statements(): Promise<ReadableText[]> {
  const { rows } = await (await stack.database()).query<{ query: string }>(
    "select query from extensions.pg_stat_statements",
  );
  return rows.map(({ query }) => ({ where: "pg_stat_statements", text: query }));
}

test("there is a canary for every secret that the configuration can have", () => {
  expect(planted.map(({ name }) => name)).toEqual([
    ...staticSecretLeaves.map((leaf) => leaf.key),
    key("functionsSecretsSTRIPE_KEY"),
  ]);
});

test("up: no secret in its output, in a command line, in the state or in a log", async () => {
  const { result, commandLines } = await commandLinesDuring(() =>
    pulumi("up", "--yes", "--skip-preview", "--diff"),
  );

  expect(result.exitCode, result.output).toBe(0);
  expect(commandLines.some(({ text }) => text.includes("pulumi-resource-supabasex"))).toBe(true);
  expect(findLeaks(planted, commandLines)).toEqual([]);
  expect(findLeaks(planted, await leftBehind())).toEqual([]);
});

test("control: each canary reached the stack, visible only with the passphrase or after a login", async () => {
  const { output } = await stack.pulumi("stack", "export", "--show-secrets");
  const inState = findLeaks(planted, [{ where: "export", text: output }]).map(({ secret }) => secret);

  // For roles of people, the state contains a verifier instead of the password.
  const verified = ["monitoring", "preview"].map((role) => ({
    role,
    secret: planted.find(
      ({ name }) => name === key(`databaseRoles${role.charAt(0).toUpperCase()}${role.slice(1)}Password`),
    ),
  }));
  expect(new Set([...inState, ...verified.map(({ secret }) => secret?.name)])).toEqual(
    new Set(planted.map(({ name }) => name)),
  );
  // The pooler identifies a role by its name and the project's ref: postgres.<ref>.
  const { host, port, database, user: deployer = "" } = await stack.database();
  for (const { role, secret } of verified) {
    const user = deployer.replace("postgres", role);
    const client = new pg.Client({ host, port, database, user, password: secret?.text ?? "" });
    await client.connect();
    await client.end();
  }
});

test("after manual changes of a secret and of another value, preview and refresh do not show the secret", async () => {
  const byHand = { name: "SMTP password set by hand", text: canaryText() };
  planted.push(byHand);
  const api = new ManagementApi({
    endpoint: stack.services.supabase.endpoint,
    accessToken: localAccessToken,
    client: "test",
  });
  const [project] = (await api.call("GET", "/projects")).json as { id: string }[];
  const body = { site_url: "https://tampered.example.com", smtp_pass: byHand.text };
  await api.expect("PATCH", `/projects/${project?.id}/config/auth`, {
    status: 200,
    doing: "change auth by hand",
    body,
  });
  await (await stack.database()).query("drop policy tenant_isolation on shared.customers");

  const preview = await pulumi("preview", "--diff", "--refresh", "--save-plan", "plan.json");
  const refresh = await pulumi("refresh", "--preview-only", "--diff", "--expect-no-changes");

  expect(preview.exitCode, preview.output).toBe(0);
  expect(refresh.exitCode, refresh.output).toBe(7);
  for (const { output } of [preview, refresh]) {
    expect(output).toContain("tampered.example.com");
    expect(output).toContain("policy shared.customers tenant_isolation");
  }
  expect(findLeaks(planted, await leftBehind())).toEqual([]);
});

test("if every secret is replaced, neither the old nor the new one is shown", async () => {
  const next = replacements();
  await setSecrets(next);
  planted.push(...next);

  const preview = await pulumi("preview", "--diff");
  const { result, commandLines } = await commandLinesDuring(() =>
    pulumi("up", "--yes", "--skip-preview", "--diff"),
  );

  expect(preview.exitCode, preview.output).toBe(0);
  expect(result.exitCode, result.output).toBe(0);
  expect(findLeaks(planted, commandLines)).toEqual([]);
  expect(findLeaks(planted, await leftBehind())).toEqual([]);
});

/** Returns new texts for all leaves except the project's own password, which keeps the test's connections valid. */
const replacements = (): PlantedSecret[] =>
  planted
    .filter(({ name }) => name.startsWith("thorbis-supabase:") && name !== key("databasePassword"))
    .map(({ name }) => ({ name, text: /Password$/.test(name) ? canaryPassword() : canaryText() }));

// In previews, because on every up the engine stores the configuration in its history, plain text included.
describe("a refused secret is not quoted", () => {
  test.each([
    ["of the wrong format", "databaseRolesBackupPassword", ["--secret"]],
    ["in plain text", "authSmtpPassword", ["--plaintext"]],
    ["inside its area", "auth.smtp.password", ["--path", "--secret"]],
  ])("%s", async (_case, name, flags) => {
    const file = path.join(stack.project, "Pulumi.local.yaml");
    const valid = readFileSync(file, "utf8");
    const refused = { name: `refused ${name}`, text: canaryText() };
    planted.push(refused);
    await run("config", "set-all", ...flags, `${key(name)}=${refused.text}`);

    const preview = await pulumi("preview", "--diff", "--refresh=false");
    writeFileSync(file, valid);

    expect(preview.exitCode).not.toBe(0);
    expect(preview.output).toContain(key(name));
    expect(findLeaks(planted, await leftBehind())).toEqual([]);
  });
});

describe("controls: the same search finds a secret", () => {
  test("in base64 in a file of the state", async () => {
    const file = path.join(state, ".pulumi", "leak.json");
    const [secret] = planted as [PlantedSecret];
    writeFileSync(file, JSON.stringify({ value: Buffer.from(`user:${secret.text}`).toString("base64") }));
    const found = findLeaks(planted, await leftBehind());
    rmSync(file);

    expect(found).toEqual([
      {
        secret: secret.name,
        where: "state/.pulumi/leak.json",
        part: "beginning",
        encoding: "base64 of plain",
      },
      { secret: secret.name, where: "state/.pulumi/leak.json", part: "end", encoding: "base64 of plain" },
    ]);
  });

  test("in the command line of a process", async () => {
    const [secret] = planted as [PlantedSecret];
    const { commandLines } = await commandLinesDuring(() =>
      promisify(execFile)(process.execPath, ["-e", "setTimeout(() => {}, 2000)", secret.text]),
    );

    expect(findLeaks([secret], commandLines).map(({ part }) => part)).toEqual(["beginning", "end"]);
  });
});
