import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { startAws, stopAws } from "../../emulators/aws";
import { startS3, stopS3 } from "../../emulators/s3";
import { checkoutRoot } from "../../foundation/checkout";
import { type LocalEndpoints, localPaths, pulumiVariables } from "../../local/environment";
import { installStandIns } from "../../local/plugins/install";
import { ensureToolchain } from "../../local/toolchain";
import { type RecordedRequest, recordRequests } from "./awsRecorder";
import { bundleProgram } from "./programBundle";
import type { CommandResult } from "./testStack";

/** Configuration areas as in a stack file. Omitted keys have their defaults. */
export interface AwsAreas {
  readonly project: Readonly<Record<string, unknown>>;
  readonly backup: Readonly<Record<string, unknown>>;
  readonly alerts: Readonly<Record<string, unknown>>;
  /** Default: disabled. */
  readonly monitoring?: Readonly<Record<string, unknown>>;
  readonly api?: Readonly<Record<string, unknown>>;
}

/** A stack of only the AWS part, on the real engine, in an account with other stacks. */
export interface AwsStack {
  pulumi(...args: string[]): Promise<CommandResult>;
  /** Runs a command that must succeed, and returns its output. */
  succeeds(...args: string[]): Promise<string>;
  /** Changes the configuration for all later commands. */
  configure(areas: AwsAreas, parts?: AwsParts): void;
  /** Returns the URN of the resource with this logical name. */
  urn(name: string): Promise<string>;
}

/** A local AWS account with S3 and any number of stacks. */
export interface AwsAccountUnderTest {
  readonly endpoints: LocalEndpoints["aws"];
  stack(name: string, areas: AwsAreas): Promise<AwsStack>;
  /** Runs the CLI in another project's folder, with the state, the plugins and the AWS of this account. */
  pulumiIn(folder: string, ...args: string[]): Promise<CommandResult>;
  remove(): Promise<void>;
}

const keys = { accessKey: "thorbis-local", secretKey: "thorbis-local-secret" } as const;
const region = "us-east-1";

/** What each stack declares: everything, only the backup bucket, or a bucket without settings. */
export type AwsParts = "all" | "bucket" | "bare";

export interface AwsAccountOptions {
  /** A region that has buckets too. */
  readonly secondRegion?: string;
  /** Called with every request that a command sends to AWS. */
  readonly record?: (request: RecordedRequest) => void;
}

/**
 * Creates an account. `parts` selects what each stack declares; only the bucket is faster. Commands only refresh with `--refresh`.
 */
export async function createAwsAccount(
  parts: AwsParts = "all",
  { secondRegion, record }: AwsAccountOptions = {},
): Promise<AwsAccountUnderTest> {
  const checkout = checkoutRoot();
  const base = await mkdtemp(path.join(os.tmpdir(), "thorbis aws "));
  const project = path.join(base, "project");
  await mkdir(project);
  await Promise.all([
    writeFile(
      path.join(project, "Pulumi.yaml"),
      [
        "name: thorbis-supabase",
        "runtime: { name: nodejs, options: { typescript: false } }",
        "plugins: { providers: [{ name: supabasex, path: plugins/supabasex }] }",
        "",
      ].join("\n"),
    ),
    writeFile(path.join(project, "package.json"), JSON.stringify({ main: "program.cjs" })),
    ...["node_modules", "plugins", "dist"].map((name) =>
      symlink(path.join(checkout, name), path.join(project, name)),
    ),
    bundleProgram(path.join(import.meta.dirname, "awsProgram.ts"), project),
  ]);
  const paths = localPaths(project, { THORBIS_LOCAL_DIRECTORY: path.join(base, "local") });
  await mkdir(paths.state, { recursive: true });
  const toolchain = await ensureToolchain({ progress: () => undefined });
  await installStandIns(checkout, paths.pulumiHome);
  const s3Directory = path.join(paths.services, "s3");
  const awsDirectory = path.join(paths.services, "aws");
  const s3 = await startS3({ directory: s3Directory, ...keys, region });
  const secondDirectory = path.join(paths.services, "s3-second");
  const stores: Record<string, string> = { [region]: s3.endpoint };
  if (secondRegion !== undefined) {
    const second = await startS3({ directory: secondDirectory, ...keys, region: secondRegion });
    stores[secondRegion] = second.endpoint;
  }
  const aws = await startAws({
    directory: awsDirectory,
    region,
    s3: { stores, ...keys },
  });
  const recorders =
    record === undefined
      ? []
      : await Promise.all([aws.endpoint, aws.s3Endpoint].map((endpoint) => recordRequests(endpoint, record)));
  const [recorder, s3Recorder] = recorders;
  const environment = {
    ...toolchain.environment,
    ...pulumiVariables(paths, toolchain.binDirectory),
    AWS_ENDPOINT_URL: recorder?.endpoint ?? aws.endpoint,
    AWS_ENDPOINT_URL_S3: s3Recorder?.endpoint ?? aws.s3Endpoint,
    AWS_ACCESS_KEY_ID: aws.accessKey,
    AWS_SECRET_ACCESS_KEY: aws.secretKey,
    AWS_SESSION_TOKEN: "",
    AWS_REGION: region,
  };

  const run = async (cwd: string, args: string[], more: NodeJS.ProcessEnv = {}): Promise<CommandResult> => {
    const result = await execa(toolchain.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env: { ...environment, ...more },
      reject: false,
      all: true,
      stdin: "ignore",
    });
    return { exitCode: result.exitCode ?? -1, output: result.all, stdout: result.stdout };
  };

  return {
    endpoints: aws,
    pulumiIn: async (folder, ...args) => await run(folder, args),
    async stack(name, initial) {
      let areas = initial;
      let declared = parts;
      const pulumi = async (...args: string[]): Promise<CommandResult> =>
        await run(project, [...args, "--stack", name], {
          AWS_STACK_AREAS: JSON.stringify(areas),
          AWS_STACK_PARTS: declared,
        });
      const created = await pulumi("stack", "select", "--create");
      if (created.exitCode !== 0) throw new Error(created.output);
      return {
        pulumi,
        async succeeds(...args) {
          const { exitCode, output } = await pulumi(...args);
          expect(exitCode, output).toBe(0);
          return output;
        },
        configure(next, nextParts = declared) {
          areas = next;
          declared = nextParts;
        },
        async urn(resource) {
          const { stdout } = await pulumi("stack", "export");
          const { deployment } = JSON.parse(stdout) as { deployment: { resources: { urn: string }[] } };
          const found = deployment.resources.filter(({ urn }) => urn.endsWith(`::${resource}`));
          const [one, ...others] = found;
          if (one === undefined || others.length > 0) throw new Error(`${found.length} named ${resource}`);
          return one.urn;
        },
      };
    },
    async remove() {
      await Promise.all(recorders.map((each) => each.close()));
      await stopAws(awsDirectory);
      await stopS3(s3Directory);
      if (secondRegion !== undefined) await stopS3(secondDirectory);
      await rm(base, { recursive: true, force: true });
    },
  };
}
