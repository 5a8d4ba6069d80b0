import path from "node:path";
import { type Loader, type TransformFailure, transformSync } from "esbuild";
import * as z from "zod";
import { parseJsonWithComments } from "../../foundation/jsonWithComments";

/** A deployed function: its source files by path, and its entry point. */
export interface SentFunction {
  readonly entrypoint: string;
  readonly importMap: string | undefined;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const loaders: Readonly<Record<string, Loader>> = {
  ".ts": "ts",
  ".mts": "ts",
  ".tsx": "tsx",
  ".js": "js",
  ".mjs": "js",
  ".jsx": "jsx",
};

/** What Deno loads itself. */
const remote = /^(npm|jsr|node|https?|data|blob):/;

/** Matches the imports in esbuild's output: at the start of a line, including type imports that it cannot recognize. */
const imports = /^(?:import|export)\b(?:[^"';]*\bfrom)? ?"([^"]+)"/gm;

/**
 * Returns the platform's message if it could not bundle the function; undefined if it could. Every module reachable from the
 * entry point must parse, and every import must be a deployed file, mapped, or a specifier that Deno loads. Does not load
 * packages, so it does not detect one that does not exist.
 * @param urlOf the URL of a file in the platform's own folder, for messages
 */
export function bundleIssue(sent: SentFunction, urlOf: (file: string) => string): string | undefined {
  const { entrypoint, importMap, files } = sent;
  for (const file of [entrypoint, importMap]) {
    if (file !== undefined && !files.has(file)) return `Module not found "${urlOf(file)}".`;
  }
  const mapped = importMap === undefined ? {} : importsOf(text(files, importMap));
  if (mapped === undefined) return `Unable to parse import map "${urlOf(importMap ?? "")}".`;
  const reached = new Set([entrypoint]);
  for (const file of reached) {
    const loader = loaders[path.posix.extname(file)];
    if (loader === undefined) continue;
    const module = specifiersIn(text(files, file), loader);
    if ("issue" in module) {
      return `The module's source code could not be parsed: ${module.issue} at ${urlOf(file)}:${module.line}:${module.column}`;
    }
    for (const specifier of module.specifiers) {
      const target = targetOf(specifier, { file, mapped, importMap });
      if (target === "remote") continue;
      if (target === undefined) {
        return `Relative import path "${specifier}" not prefixed with / or ./ or ../ at ${urlOf(file)}`;
      }
      if (!files.has(target)) return `Module not found "${urlOf(target)}". at ${urlOf(file)}`;
      reached.add(target);
    }
  }
  return undefined;
}

function text(files: SentFunction["files"], file: string): string {
  return new TextDecoder().decode(files.get(file));
}

type Module =
  | { readonly specifiers: readonly string[] }
  | { readonly issue: string; readonly line: number; readonly column: number };

function specifiersIn(source: string, loader: Loader): Module {
  try {
    const { code } = transformSync(source, {
      loader,
      format: "esm",
      logLevel: "silent",
      // Otherwise esbuild drops an import that looks unused, like a type import.
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    return { specifiers: [...code.matchAll(imports)].map(([, specifier]) => specifier ?? "") };
  } catch (error) {
    const [first] = (error as TransformFailure).errors ?? [];
    if (first === undefined) throw error;
    return {
      issue: first.text,
      line: first.location?.line ?? 1,
      column: (first.location?.column ?? 0) + 1,
    };
  }
}

const mapSchema = z.object({ imports: z.record(z.string(), z.string()).default({}) });

/** Returns the entries of an import map or a `deno.json`, which may contain comments; undefined if the text is neither. */
function importsOf(source: string): Readonly<Record<string, string>> | undefined {
  try {
    return mapSchema.parse(parseJsonWithComments(source)).imports;
  } catch {
    return undefined;
  }
}

interface Importer {
  readonly file: string;
  readonly mapped: Readonly<Record<string, string>>;
  readonly importMap: string | undefined;
}

/** Returns the deployed file of an import, `remote` if Deno loads it; undefined for an unmapped bare name. */
function targetOf(specifier: string, { file, mapped, importMap }: Importer): string | "remote" | undefined {
  const [key, target] =
    Object.entries(mapped)
      .filter(([name]) => name === specifier || (name.endsWith("/") && specifier.startsWith(name)))
      .sort(([one], [other]) => other.length - one.length)[0] ?? [];
  const meant = key === undefined ? specifier : `${target}${specifier.slice(key.length)}`;
  if (remote.test(meant)) return "remote";
  const folder = path.posix.dirname(key === undefined ? file : (importMap ?? file));
  if (/^\.{1,2}\//.test(meant)) return path.posix.join(folder, meant);
  return meant.startsWith("/") ? meant.slice(1) : undefined;
}
