// Previews a pull request without credentials: deploys the base commit on this machine with an environment's
// configuration, and previews the head against it. Exactly the migrations of the pull request run. Then it deploys the
// head, and reports findings of Supabase's advisors that the base does not have.
//   npm run preview:pull-request -- dev --base origin/main [--out <folder>] [--keep]
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import { checkoutRoot } from "../../foundation/checkout";
import { UserError } from "../../foundation/userError";
import { givenPath, namedStack, requireCommit, run } from "../commandLine";

/** The files that determine which packages are installed, and how. */
const packageFiles = ["package.json", "package-lock.json", ".npmrc", "sdks"];

interface PullRequestOptions {
  readonly base: string;
  readonly out?: string;
  readonly keep?: boolean;
}

run(
  new Command("preview:pull-request")
    .description("Deploys the base commit on this machine and previews the head against it.")
    .argument("<environment>", "the environment whose configuration is used, for example dev")
    .requiredOption("--base <commit>", "the commit or branch into which the pull request is merged")
    .option("--out <folder>", "write the report there, in every format")
    .option("--keep", "keep the stack running afterwards")
    .action(async (environment: string, options: PullRequestOptions) => {
      namedStack(environment, {}, "preview:pull-request");
      const root = checkoutRoot();
      const head = requireCommit();
      const base = git(root, "merge-base", options.base, head);
      if (base === undefined) {
        throw new UserError(
          `${options.base} has no commit in common with the head: fetch it (git fetch --unshallow), or name another base.`,
        );
      }
      // Both commits use one folder, one after the other, so they share the stack.
      const folder = path.join(os.tmpdir(), `thorbis-pull-request-${sha256(root).slice(0, 12)}`);
      await remove(root, folder);
      git(root, "worktree", "prune");
      execFileSync("git", ["-C", root, "worktree", "add", "--quiet", "--detach", folder, base], {
        stdio: "inherit",
      });
      try {
        say(`Bringing up the base, ${base.slice(0, 12)}, with the configuration of ${environment}.`);
        await install(folder, base, ["ci"]);
        const started = await npm(folder, "start", "--", "--like", environment);
        if (started !== 0)
          throw new UserError(
            `The base commit ${base.slice(0, 12)} cannot be brought up: see its message above.`,
            started,
          );
        say(`Previewing the head, ${head.slice(0, 12)}.`);
        execFileSync("git", ["-C", folder, "checkout", "--quiet", "--detach", head], { stdio: "inherit" });
        const hasSamePackages =
          git(folder, "diff", "--quiet", base, head, "--", ...packageFiles) !== undefined;
        // `npm ci` takes most of a minute, and ends with `prepare`.
        await install(folder, head, hasSamePackages ? ["run", "-s", "prepare"] : ["ci"]);
        const out = options.out === undefined ? [] : ["--out", givenPath(options.out)];
        const stack = `like-${environment}`;
        const preview = [
          "run",
          "-s",
          "preview",
          "--",
          stack,
          "--commit",
          head,
          "--base",
          base,
          "--deploy-copy",
        ];
        process.exitCode = await npm(folder, ...preview, ...out);
      } finally {
        if (options.keep === true)
          say(`The stack is up in ${folder}; \`npm run down\` in that folder stops it.`);
        else await remove(root, folder);
      }
    }),
);

/** Stops the services of an earlier preview and removes its folder. */
async function remove(root: string, folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await npm(folder, "run", "-s", "down");
  git(root, "worktree", "remove", "--force", folder);
}

/** Installs the packages of the commit that is checked out in a folder, with these arguments of npm. */
async function install(folder: string, commit: string, args: readonly string[]): Promise<void> {
  const exitCode = await npm(folder, ...args);
  if (exitCode !== 0)
    throw new UserError(
      `The packages of ${commit.slice(0, 12)} cannot be installed: see the message of \`npm ${args.join(" ")}\` above.`,
      exitCode,
    );
}

/** Runs npm in a folder, without the settings of the npm that runs this program. Returns its exit code. */
async function npm(folder: string, ...args: string[]): Promise<number> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_|^INIT_CWD$|^THORBIS_LOCAL_DIRECTORY$/i.test(name),
  );
  const child = spawn("npm", args, {
    cwd: folder,
    env: Object.fromEntries(own),
    stdio: ["ignore", "inherit", "inherit"],
  });
  // The child also receives the interrupt. It stops its own processes first; then this program cleans up.
  const wait = () => undefined;
  const end = () => void child.kill("SIGTERM");
  process.on("SIGINT", wait).on("SIGTERM", end);
  try {
    return await new Promise((resolve, reject) =>
      child.once("error", reject).once("exit", (code) => resolve(code ?? 1)),
    );
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", end);
  }
}

/** Returns what git prints; undefined if it fails. */
function git(root: string, ...args: string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", root, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
