import { mkdirSync, readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { type BuildResult, buildSync } from "esbuild";
import { writeFileAtomically } from "../../foundation/atomicFile";
import { UserError } from "../../foundation/userError";
import { type ImportMap, readImportMap } from "./importMap";

/** What Deno loads by itself: it stays an import. */
const external = ["npm:*", "jsr:*", "node:*", "https://*"];

/** Deno knows the modules of Node by their full names alone. */
const nodeModules = Object.fromEntries(
  builtinModules.filter((name) => !name.startsWith("_")).map((name) => [name, `node:${name}`]),
);

/** Globals of CommonJS under names of our own, so that a bundle shows whether a package uses them. */
const commonJsGlobals = { __dirname: "__folderOfBundle", __filename: "__fileOfBundle" };

/**
 * What CommonJS packages, which are bundled as they are, find in Node and not in a module of Deno: text of the bundle that
 * shows the need → lines that meet it.
 */
const preludes: Readonly<Record<string, string>> = {
  // esbuild's own `require` stands for calls that load modules of Node, and for those whose argument is computed.
  "Dynamic require of": `import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);`,
  [commonJsGlobals.__dirname]: `const ${commonJsGlobals.__dirname} = decodeURIComponent(new URL(".", import.meta.url).pathname).replace(/\\/$/, "");`,
  [commonJsGlobals.__filename]: `const ${commonJsGlobals.__filename} = decodeURIComponent(new URL(import.meta.url).pathname);`,
};

/**
 * Bundles an edge function into one file, since the provider sends the entry point and nothing that it imports. Follows the
 * import map of a `deno.json` beside the entry point, so that the Supabase CLI deploys the same function. Returns the
 * file's path relative to `root`, the folder of Pulumi.yaml: the provider hashes the path's text together with the content
 * and would deploy again from every other checkout if it were absolute. It resolves there, because the engine starts its
 * plugins in that folder.
 * @throws UserError when the function does not build.
 */
export function bundleEntryPoint(slug: string, entrypoint: string, root = process.cwd()): string {
  const output = path.posix.join("dist", "functions", slug, "index.js");
  const file = path.join(root, output);
  const inputsFile = `${file}.inputs.json`;
  const importMap = readImportMap(path.dirname(path.join(root, entrypoint)), root);
  if (isFresh(root, { entrypoint, importMap }, file, inputsFile)) return output;

  const startedAt = new Date();
  const { outputFiles, metafile } = build(slug, { entrypoint, importMap }, root);
  const [bundled] = outputFiles;
  if (bundled === undefined) throw new Error(`esbuild made no file of ${entrypoint}`);
  mkdirSync(path.dirname(file), { recursive: true });
  // In one step, so that two stacks that are previewed at once never read half of a file.
  writeFileAtomically(file, bundled.contents, { mode: 0o644 });
  // Packages change with the lockfile alone.
  const sources = Object.keys(metafile.inputs).filter((input) => !input.startsWith("node_modules/"));
  const inputs = [...sources, "package-lock.json"];
  const { aliases, jsx } = importMap;
  const made = { entrypoint, aliases, jsx, startedAt: startedAt.getTime(), inputs };
  writeFileAtomically(inputsFile, JSON.stringify(made), { mode: 0o644 });
  return output;
}

interface Source {
  readonly entrypoint: string;
  readonly importMap: ImportMap;
}

type Built = BuildResult<{ metafile: true; write: false }>;

function build(slug: string, { entrypoint, importMap }: Source, root: string): Built {
  const bundleWith = (banner: string): Built =>
    buildSync({
      absWorkingDir: root,
      entryPoints: [entrypoint],
      outfile: path.join(root, "dist", "functions", slug, "index.js"),
      bundle: true,
      external,
      alias: { ...nodeModules, ...importMap.aliases },
      define: commonJsGlobals,
      ...(importMap.jsx && { tsconfigRaw: { compilerOptions: importMap.jsx } }),
      platform: "neutral",
      // Packages without a field "exports", which are most CommonJS ones.
      mainFields: ["module", "main"],
      conditions: ["deno"],
      format: "esm",
      target: "es2023",
      charset: "utf8",
      // The same text from every checkout: what esbuild writes about a linked package is its real path.
      preserveSymlinks: true,
      legalComments: "none",
      metafile: true,
      write: false,
      logLevel: "silent",
      banner: { js: banner },
    });
  try {
    const plain = bundleWith("");
    const prelude = preludeOf(plain);
    return prelude === "" ? plain : bundleWith(prelude);
  } catch (error) {
    throw new UserError(`The edge function ${slug} does not build: ${firstError(error)}`, 1, {
      cause: error,
    });
  }
}

function preludeOf({ outputFiles }: Built): string {
  const text = outputFiles.map((file) => file.text).join("\n");
  return Object.entries(preludes)
    .flatMap(([sign, lines]) => (text.includes(sign) ? lines : []))
    .join("\n");
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

/** Whether the file was made of this entry point and import map, and nothing that went into it has changed since. */
function isFresh(root: string, { entrypoint, importMap }: Source, file: string, inputsFile: string): boolean {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return false;
  if (statSync(inputsFile, { throwIfNoEntry: false }) === undefined) return false;
  const made = JSON.parse(readFileSync(inputsFile, "utf8"));
  if (made.entrypoint !== entrypoint) return false;
  if (JSON.stringify(made.aliases) !== JSON.stringify(importMap.aliases)) return false;
  if (JSON.stringify(made.jsx) !== JSON.stringify(importMap.jsx)) return false;
  return made.inputs.every((input: string) => {
    const source = statSync(path.join(root, input), { throwIfNoEntry: false });
    return source !== undefined && source.mtimeMs < made.startedAt;
  });
}
