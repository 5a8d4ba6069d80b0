import { createHash, randomUUID } from "node:crypto";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { UserError } from "../../foundation/userError";
import type { ToolchainContext } from "./context";
import { executableStat } from "./executables";

const hostFile = "language-nodejs.cjs";
const unusedMilliseconds = 30 * 24 * 60 * 60 * 1000;

/** The name under which the CLI looks for its language host in its own folder. */
const launcher = `#!/bin/sh
command -v node >/dev/null || {
  echo "pulumi-language-nodejs: there is no node on PATH: install Node.js 20.19 or newer" >&2
  exit 1
}
exec node "\${0%/*}/${hostFile}" "$@"
`;

/**
 * Returns a folder with the built CLI and a copy of this checkout's language host. Its name contains the hash of the host, so
 * checkouts with different hosts do not conflict, and it works after its checkout is deleted.
 */
export function installHost(context: ToolchainContext, buildFolder: string): string {
  const host = readHost(context);
  const folder = path.dirname(buildFolder);
  const hash = createHash("sha256").update(host).digest("hex").slice(0, 16);
  const target = path.join(folder, `host-${hash}`);
  if (!isComplete(target, buildFolder, host.length)) {
    makeHostFolder(target, buildFolder, host);
    removeUnusedHosts(folder, target);
  }
  const now = new Date();
  utimesSync(target, now, now);
  return target;
}

function readHost(context: ToolchainContext): Buffer {
  const file = path.join(context.checkout, "dist", hostFile);
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new UserError(`${file} is missing: run \`npm run build\` in ${context.checkout} first.`, 1, {
      cause,
    });
  }
}

function isComplete(target: string, buildFolder: string, hostBytes: number): boolean {
  const cli = executableStat(path.join(target, "pulumi"));
  return (
    cli !== undefined &&
    cli.size === statSync(path.join(buildFolder, "pulumi")).size &&
    executableStat(path.join(target, "pulumi-language-nodejs")) !== undefined &&
    statSync(path.join(target, hostFile), { throwIfNoEntry: false })?.size === hostBytes
  );
}

/** Renames a complete folder into place. If two processes create the same folder, the second discards its own. */
function makeHostFolder(target: string, buildFolder: string, host: Buffer): void {
  const draft = `${target}.${randomUUID()}`;
  mkdirSync(draft);
  try {
    linkOrCopy(path.join(buildFolder, "pulumi"), path.join(draft, "pulumi"));
    writeFileSync(path.join(draft, hostFile), host);
    writeFileSync(path.join(draft, "pulumi-language-nodejs"), launcher, { mode: 0o755 });
    try {
      renameSync(draft, target);
    } catch {
      if (isComplete(target, buildFolder, host.length)) return;
      rmSync(target, { recursive: true, force: true });
      renameSync(draft, target);
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Uses no symbolic link, because the CLI looks for the host beside the link's target. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Deletes all other hosts and the leftovers of killed processes. */
function removeUnusedHosts(folder: string, except: string): void {
  for (const entry of readdirSync(folder)) {
    const candidate = path.join(folder, entry);
    if (!entry.startsWith("host-") || candidate === except) continue;
    const usedAt = statSync(candidate, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - usedAt > unusedMilliseconds) rmSync(candidate, { recursive: true, force: true });
  }
}
