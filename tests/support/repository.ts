import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import path from "node:path";
import { checkoutRoot } from "../../foundation/checkout";

/** A git repository of a test. */
export interface Repository {
  readonly folder: string;
  /** Commits all files in the folder, and returns the commit. */
  commit(message: string): string;
}

/** Creates a repository from the working tree, so that a test uses the current files and not the last commit. */
export async function repositoryOf(folder: string): Promise<Repository> {
  const root = checkoutRoot();
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root })
    .toString()
    .split("\0")
    .filter((file) => file !== "" && existsSync(path.join(root, file)));
  for (const file of files) {
    await cp(path.join(root, file), path.join(folder, file), { recursive: true, verbatimSymlinks: true });
  }
  const settings = [
    "-c",
    "user.name=test",
    "-c",
    "user.email=test@example.com",
    "-c",
    "commit.gpgsign=false",
  ];
  const git = (...args: string[]) =>
    execFileSync("git", [...settings, ...args], { cwd: folder, encoding: "utf8" }).trim();
  const commit = (message: string) => {
    git("add", "--all", "--force");
    git("commit", "--quiet", "--message", message);
    return git("rev-parse", "HEAD");
  };
  git("init", "--quiet");
  commit("The working tree");
  return { folder, commit };
}
