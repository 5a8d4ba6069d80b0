import { mkdirSync, readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { type BuildResult, buildSync } from "esbuild";
import { writeFileAtomically } from "../../foundation/atomicFile";
import { messageOf, UserError } from "../../foundation/userError";
import { type ImportMap, readImportMap } from "./importMap";

/** Imports that Deno resolves itself and that stay in the bundle. */
const external = ["npm:*", "jsr:*", "node:*", "https://*"];

/** Deno only knows the modules of Node by their full names. */
const nodeModules = Object.fromEntries(
  builtinModules.filter((name) => !name.startsWith("_")).map((name) => [name, `node:${name}`]),
);

/** CommonJS globals under our own names, so the bundle shows whether a package uses them. */
const commonJsGlobals = { __dirname: "__folderOfBundle", __filename: "__fileOfBundle" };

/**
 * Globals that CommonJS packages expect from Node and that a Deno module lacks: text in the bundle that shows the need → lines
 * that provide it. The packages are bundled unchanged.
 */
const preludes: Readonly<Record<string, string>> = {
  // esbuild's own `require` is used for calls that load modules of Node, and for those with a computed argument.
  "Dynamic require of": `import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);`,
  [commonJsGlobals.__dirname]: `const ${commonJsGlobals.__dirname} = decodeURIComponent(new URL(".", import.meta.url).pathname).replace(/\\/$/, "");`,
  [commonJsGlobals.__filename]: `const ${commonJsGlobals.__filename} = decodeURIComponent(new URL(import.meta.url).pathname);`,
};

/**
 * Bundles an edge function into one file, because the provider only sends the entry point without its imports. Follows
 * the import map of a `deno.json` next to the entry point, so the Supabase CLI deploys the same function. Returns the
 * file's path relative to `root`, the folder of Pulumi.yaml: the provider hashes the path with the content, so an
 * absolute path would cause a deployment from every other checkout. The relative path works because the engine starts
 * its plugins in that folder.
 * @throws UserError if the function does not build.
 */
export function bundleEntryPoint(slug: string, entrypoint: string, root = process.cwd()): string {
  const output = path.posix.join("dist", "functions", slug, "index.js");
  const file = path.join(root, output);
  const inputsFile = `${file}.inputs.json`;
  const importMap = readImportMap(path.dirname(path.join(root, entrypoint)), root);
  if (isFresh(root, { entrypoint, importMap }, { file, inputsFile })) return output;

  const startedAt = new Date();
  const { outputFiles, metafile } = build(slug, { entrypoint, importMap }, root);
  const [bundled] = outputFiles;
  if (bundled === undefined) throw new Error(`esbuild made no file of ${entrypoint}`);
  mkdirSync(path.dirname(file), { recursive: true });
  // Atomic, so two stacks that are previewed at the same time never read half of a file.
  writeFileAtomically(file, bundled.contents, { mode: 0o644 });
  // Packages only change with the lockfile.
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
      // Packages without a field "exports", which are most CommonJS packages.
      mainFields: ["module", "main"],
      conditions: ["deno"],
      format: "esm",
      target: "es2023",
      charset: "utf8",
      // Makes the text identical in every checkout: esbuild writes the real path of a linked package.
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

/** Returns a build error: `functions/x/index.ts:3:9: Could not resolve "./y.ts"`. */
function firstError(error: unknown): string {
  const { errors } = error as {
    errors?: { text: string; location: { file: string; line: number; column: number } | null }[];
  };
  const [first] = errors ?? [];
  if (first === undefined) return messageOf(error);
  const { location, text } = first;
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

/** Returns whether the file was built from this entry point and import map, and no input has changed since. */
function isFresh(
  root: string,
  { entrypoint, importMap }: Source,
  { file, inputsFile }: { readonly file: string; readonly inputsFile: string },
): boolean {
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
