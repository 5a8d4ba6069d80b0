import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { checkoutRoot } from "../../../foundation/checkout";
import { UserError } from "../../../foundation/userError";
import { endpointVariables, localPaths, pulumiVariables } from "../../../local/environment";
import { choosePlugins, chosenPlugins } from "../../../local/plugins/choice";
import { neededPlugins, pluginFile } from "../../../local/plugins/install";
import { installOfficialPlugins } from "../../../local/plugins/official";
import { openSession } from "../../../local/session";

const base = mkdtempSync(path.join(os.tmpdir(), "official plugins "));
afterAll(() => rmSync(base, { recursive: true }));
const checkout = checkoutRoot();
let directory: string;
let runs = 0;
beforeEach(() => {
  directory = path.join(base, String(++runs));
  mkdirSync(directory);
});

/** Writes a CLI that runs this script and records its arguments and home. */
function cli(script: string): string {
  const file = path.join(directory, "pulumi");
  const note = `echo "$PULUMI_HOME $*" >> '${directory}/calls'`;
  writeFileSync(file, `#!/bin/sh\n${note}\n${script}\n`, { mode: 0o755 });
  return file;
}

const calls = () => readFileSync(path.join(directory, "calls"), "utf8").trim().split("\n");
const install = (pulumi: string) =>
  installOfficialPlugins({ checkout, pulumiHome: path.join(directory, "home"), pulumi, progress: () => {} });

test("the CLI downloads each missing plugin, in the version of its package", async () => {
  const pulumiHome = path.join(directory, "home");
  const [aws, postgresql, terraform] = await neededPlugins(checkout);
  if (postgresql === undefined) throw new Error("no postgresql");
  const file = pluginFile(pulumiHome, postgresql);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, "");

  await install(cli("exit 0"));

  expect([aws?.name, postgresql.name, terraform?.name]).toEqual(["aws", "postgresql", "terraform-provider"]);
  expect(calls()).toEqual(
    [aws, terraform].map(
      (plugin) =>
        `${pulumiHome} plugin install resource ${plugin?.name} ${plugin?.version} --non-interactive --color never`,
    ),
  );
});

test("a failed download is reported in one sentence, with the CLI's reason and an alternative", async () => {
  const [aws] = await neededPlugins(checkout);
  const pulumi = cli(`
    echo 'warning: Error downloading plugin: Get "https://get.pulumi.com/x": dial tcp: no such host' >&2
    echo 'Will retry in 1.28s [5/5]' >&2
    echo 'error: [resource plugin aws] downloading from : failed all 5 attempts' >&2
    exit 1`);

  const failure = await install(pulumi).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toBe(
    `The official plugin aws ${aws?.version} cannot be downloaded (Get "https://get.pulumi.com/x": dial tcp: no such host): ` +
      "run `npm start` without --official-plugins, which uses this repository's stand-ins.",
  );
  expect(calls()).toHaveLength(1);
});

test("a session runs in the home of the chosen plugins, and does not differ otherwise", async () => {
  const paths = localPaths(checkout, { THORBIS_LOCAL_DIRECTORY: directory });
  const toolchain = { pulumi: "/bin/pulumi", version: "3", source: "path", binDirectory: "/bin" } as const;
  const stop = () => Promise.resolve();
  const services = {
    supabase: { endpoint: "http://127.0.0.1:1", stop },
    aws: {
      endpoint: "http://127.0.0.1:2",
      s3Endpoint: "http://127.0.0.1:3",
      accessKey: "key",
      secretKey: "secret",
      region: "us-east-1",
      stop,
    },
  } as unknown as Parameters<typeof openSession>[2];
  const variables = () => openSession(paths, { ...toolchain, environment: {} }, services).variables;

  expect(chosenPlugins(directory)).toBe("stand-ins");
  const standIns = variables();
  await choosePlugins(directory, "official");
  expect(chosenPlugins(directory)).toBe("official");
  const official = variables();
  await choosePlugins(directory, "stand-ins");

  expect(standIns).toEqual({ ...pulumiVariables(paths, "/bin"), ...endpointVariables(services) });
  expect(standIns.PULUMI_HOME).toBe(path.join(directory, "pulumi-home"));
  expect(official).toEqual({ ...standIns, PULUMI_HOME: path.join(directory, "pulumi-home-official") });
  expect(existsSync(path.join(directory, "official-plugins"))).toBe(false);
});

test("the official plugins find the local endpoints in the variables that they read", () => {
  const aws = { endpoint: "http://127.0.0.1:2", s3Endpoint: "http://127.0.0.1:3", accessKey: "key" };

  expect(
    endpointVariables({
      supabase: { endpoint: "http://127.0.0.1:1" },
      aws: { ...aws, secretKey: "secret", region: "eu-west-1" },
    }),
  ).toEqual({
    SUPABASE_API_ENDPOINT: "http://127.0.0.1:1",
    SUPABASE_ACCESS_TOKEN: "sbp_0000000000000000000000000000000000000000",
    AWS_ENDPOINT_URL: "http://127.0.0.1:2",
    AWS_ENDPOINT_URL_S3: "http://127.0.0.1:3",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "",
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
  });
});
