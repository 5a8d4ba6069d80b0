import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { checkoutRoot } from "../../foundation/checkout";
import { type GitHubStandIn, startGitHub, token } from "../ops/github/standIn";
import { type RecordingName, recordingFile } from "../ops/recordings/recording";

/** A checkout with two commits, fakes of a runner's programs, an engine that replays recordings, and GitHub's API. */
export interface World {
  readonly workspace: string;
  readonly scratch: string;
  readonly base: string;
  readonly head: string;
  readonly github: GitHubStandIn;
  readonly environment: Readonly<Record<string, string>>;
  /** Sets the engine's behavior from now on: command of the CLI → a recording, or a file like one. */
  play(runs: Partial<Record<"preview" | "refresh" | "up", RecordingName | string>>): void;
  /** Sets the findings of Supabase's advisors for each of the next requests; after the end of the list, they find nothing. */
  adviseWith(...findings: readonly Lint[][]): void;
  /** Makes the installation of packages fail in the folder of an executed pull request. */
  refusePackages(): void;
  /** Returns the commands of npm, pulumi, docker and sudo since the last call. */
  commands(): string[];
  /** Resolves once a waiting engine has begun and can be interrupted. */
  engineAtWork(): Promise<void>;
  /** Deletes artifacts, commands, and the data of GitHub. */
  reset(): void;
  remove(): Promise<void>;
}

/** A finding as the Management API returns it. */
export type Lint = Readonly<Record<string, unknown>>;

const programs = ["preview", "comment", "drift", "plan", "deploy", "pull-request", "propose-image"];

/** npm scripts of ops/ run the real program; other scripts are only recorded. */
const fakeNpm = `#!/usr/bin/env bash
echo "npm $*" >> "$COMMANDS"
case "$1 $PWD" in "ci "*/thorbis-pull-request-*) [ ! -e "$COMMANDS.noPackages" ] || exit 1 ;; esac
if [ "$1" = ci ] && [ ! -e node_modules ]; then ln -s "$PACKAGES" node_modules; fi
if [ "$1" != run ]; then exit 0; fi
shift; [ "$1" = -s ] && shift
script=$1; shift; [ "\${1:-}" = -- ] && shift
case "$script" in
  preview:pull-request) program=pull-request ;;
  propose:image) program=propose-image ;;
  *) program=$script ;;
esac
[ -f "dist/ops/$program.cjs" ] || exit 0
# As "npm run" does for a stack of this machine.
case "\${1:-}" in like-*) export SUPABASE_API_ENDPOINT="$MANAGEMENT_API" SUPABASE_ACCESS_TOKEN=local-token ;; esac
exec node "dist/ops/$program.cjs" "$@"
`;

const fakePulumi = `#!/usr/bin/env node
const { appendFileSync, readFileSync, writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
const valueOf = (option) => args[args.indexOf(option) + 1];
appendFileSync(process.env.COMMANDS, "pulumi " + args.slice(0, 3).join(" ") + (args.includes("--policy-pack") ? " --policy-pack" : "") + "\\n");
if (args[0] === "stack") {
  process.stdout.write(JSON.stringify({ projectRef: "abcdefghijklmnopqrst" }));
  return;
}
const run = JSON.parse(readFileSync(JSON.parse(readFileSync(process.env.RECORDED_RUNS, "utf8"))[args[0]], "utf8"));
if (args.includes("--save-plan")) writeFileSync(valueOf("--save-plan"), "{}");
const end = (exitCode) => {
  appendFileSync(process.env.COMMANDS, "ended pulumi " + args.slice(0, 3).join(" ") + "\\n");
  writeFileSync(valueOf("--event-log"), run.events.map((event) => JSON.stringify(event)).join("\\n"));
  process.stderr.write(run.stderr, () => process.exit(exitCode));
};
if (run.waits === true) {
  process.on("SIGINT", () => end(8));
  setInterval(() => {}, 1000);
  writeFileSync(process.env.COMMANDS + ".waiting", "");
} else end(run.exitCode);
`;

const noted = (name: string) =>
  `#!/usr/bin/env bash\ncat > /dev/null <&0 || true\necho "${name} $*" >> "$COMMANDS"\n`;

export async function createWorld(): Promise<World> {
  const root = checkoutRoot();
  const { bundle } = createRequire(import.meta.url)(path.join(root, "build/bundle.cjs")) as {
    bundle: (outputs: string[]) => void;
  };
  const outputs = programs.map((name) => `ops/${name}.cjs`);
  bundle(outputs);

  const scratch = mkdtempSync(path.join(os.tmpdir(), "workflow "));
  const [workspace, bin] = [path.join(scratch, "checkout"), path.join(scratch, "bin")];
  for (const folder of [
    workspace,
    bin,
    path.join(workspace, "dist", "ops"),
    path.join(workspace, ".github"),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  for (const output of outputs) cpSync(path.join(root, "dist", output), path.join(workspace, "dist", output));
  for (const file of ["Pulumi.yaml", "Pulumi.prod.yaml", ".github/install-postgresql"]) {
    cpSync(path.join(root, file), path.join(workspace, file));
  }
  symlinkSync(path.join(root, "node_modules"), path.join(workspace, "node_modules"));
  writeFileSync(path.join(workspace, ".gitignore"), "node_modules\nreport\n");
  for (const [name, script] of Object.entries({
    npm: fakeNpm,
    pulumi: fakePulumi,
    sudo: noted("sudo"),
    docker: noted("docker"),
  })) {
    writeFileSync(path.join(bin, name), script);
    chmodSync(path.join(bin, name), 0o755);
  }
  const git = (...args: string[]) => execFileSync("git", args, { cwd: workspace, encoding: "utf8" }).trim();
  const author = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
  git("init", "--quiet", "--initial-branch=main");
  // All commits share the bundles, so a step that checks out another commit finds them.
  git("add", "--all");
  git(...author, "commit", "--quiet", "--message", "Base");
  const base = git("rev-parse", "HEAD");
  writeFileSync(path.join(workspace, "points.sql"), "");
  git("add", "--all");
  git(...author, "commit", "--quiet", "--message", "Head");
  const head = git("rev-parse", "HEAD");

  const github = await startGitHub();
  const advice: (readonly Lint[])[] = [];
  const managementApi = createServer((request, response) => {
    const isSecurity = request.url?.endsWith("/advisors/security") === true;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ lints: isSecurity ? (advice.shift() ?? []) : [] }));
  });
  managementApi.listen(0, "127.0.0.1");
  await once(managementApi, "listening");
  const commandFile = path.join(scratch, "commands");
  const runsFile = path.join(scratch, "runs.json");
  appendFileSync(commandFile, "");
  return {
    ...{ workspace, scratch, base, head, github },
    environment: {
      PATH: `${bin}:${process.env.PATH}`,
      HOME: scratch,
      TMPDIR: scratch,
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_ACTOR: "somebody",
      GITHUB_API_URL: github.url,
      GITHUB_REPOSITORY: "thorbis/stack",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_RUN_ATTEMPT: "1",
      COMMANDS: commandFile,
      MANAGEMENT_API: `http://127.0.0.1:${(managementApi.address() as AddressInfo).port}`,
      PACKAGES: path.join(root, "node_modules"),
      RECORDED_RUNS: runsFile,
    },
    play: (runs) => {
      const fileOf = (name: string) => (path.isAbsolute(name) ? name : recordingFile(name as RecordingName));
      const files = Object.entries({ up: "up", ...runs }).map(([command, name]) => [command, fileOf(name)]);
      writeFileSync(runsFile, JSON.stringify(Object.fromEntries(files)));
    },
    adviseWith: (...findings) => {
      advice.splice(0, advice.length, ...findings);
    },
    refusePackages: () => writeFileSync(`${commandFile}.noPackages`, ""),
    commands: () => {
      const lines = readFileSync(commandFile, "utf8")
        .split("\n")
        .filter((line) => line !== "");
      writeFileSync(commandFile, "");
      return lines;
    },
    engineAtWork: async () => {
      const sign = `${commandFile}.waiting`;
      while (!existsSync(sign)) await wait(50);
      rmSync(sign);
    },
    reset: () => {
      rmSync(path.join(scratch, "artifacts"), { recursive: true, force: true });
      writeFileSync(commandFile, "");
      rmSync(`${commandFile}.noPackages`, { force: true });
      github.issues.clear();
      github.faults.length = 0;
      github.pulls.splice(0);
    },
    remove: async () => {
      await github.close();
      managementApi.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

export { token };
