import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type BuildResult, buildSync } from "esbuild";
import { UserError } from "../../foundation/userError";

/** What Deno loads by itself: it stays an import. */
const external = ["npm:*", "jsr:*", "node:*", "https://*"];

/**
 * Bundles an edge function into one file, since the provider sends the entry point and nothing that it imports. Answers the
 * file's path relative to `root`, the folder of Pulumi.yaml: the provider hashes the path's text together with the content
 * and would deploy again from every other checkout if it were absolute. It resolves there, because the engine starts its
 * plugins in that folder.
 * @throws UserError when the function does not build.
 */
export function bundleEntryPoint(slug: string, entrypoint: string, root = process.cwd()): string {
  const output = path.posix.join("dist", "functions", slug, "index.js");
  const file = path.join(root, output);
  const inputsFile = `${file}.inputs.json`;
  if (isFresh(root, entrypoint, file, inputsFile)) return output;

  const startedAt = new Date();
  const { outputFiles, metafile } = build(slug, entrypoint, root);
  const [bundled] = outputFiles;
  if (bundled === undefined) throw new Error(`esbuild made no file of ${entrypoint}`);
  mkdirSync(path.dirname(file), { recursive: true });
  replaceFile(file, bundled.contents);
  // Packages change with the lockfile alone.
  const sources = Object.keys(metafile.inputs).filter((input) => !input.startsWith("node_modules/"));
  const inputs = [...sources, "package-lock.json"];
  replaceFile(inputsFile, JSON.stringify({ entrypoint, startedAt: startedAt.getTime(), inputs }));
  return output;
}

function build(
  slug: string,
  entrypoint: string,
  root: string,
): BuildResult<{ metafile: true; write: false }> {
  try {
    return buildSync({
      absWorkingDir: root,
      entryPoints: [entrypoint],
      outfile: path.join(root, "dist", "functions", slug, "index.js"),
      bundle: true,
      external,
      platform: "neutral",
      format: "esm",
      target: "es2023",
      charset: "utf8",
      // The same text from every checkout: what esbuild writes about a linked package is its real path.
      preserveSymlinks: true,
      legalComments: "none",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
  } catch (error) {
    throw new UserError(`The edge function ${slug} does not build: ${firstError(error)}`, 1, {
      cause: error,
    });
  }
}

/** `functions/x/index.ts:3:9: Could not resolve "./y.ts"`. */
function firstError(error: unknown): string {
  const { errors } = error as {
    errors?: { text: string; location: { file: string; line: number; column: number } | null }[];
  };
  const [first] = errors ?? [];
  if (first === undefined) return error instanceof Error ? error.message : String(error);
  const { location, text } = first;
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

/** Whether the file was made of this entry point and nothing that went into it has changed since. */
function isFresh(root: string, entrypoint: string, file: string, inputsFile: string): boolean {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return false;
  if (statSync(inputsFile, { throwIfNoEntry: false }) === undefined) return false;
  const made = JSON.parse(readFileSync(inputsFile, "utf8"));
  if (made.entrypoint !== entrypoint) return false;
  return made.inputs.every((input: string) => {
    const source = statSync(path.join(root, input), { throwIfNoEntry: false });
    return source !== undefined && source.mtimeMs < made.startedAt;
  });
}

/** In one step, so that two stacks that are previewed at once never read half of a file. */
function replaceFile(file: string, contents: string | Uint8Array): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, file);
}
