import path from "node:path";
import { type Loader, type TransformFailure, transformSync } from "esbuild";
import { z } from "zod";
import { parseJsonWithComments } from "../../foundation/jsonWithComments";

/** A function as it was sent: the text of each file by its path, and which of them the platform starts with. */
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

/** Imports as esbuild prints them: at the beginning of a line, also those of types where it cannot tell. */
const imports = /^(?:import|export)\b(?:[^"';]*\bfrom)? ?"([^"]+)"/gm;

/**
 * Returns why the platform could not bundle a function, in its words; `undefined` where it could. Every module that the entry
 * point reaches has to parse, and what it imports has to be sent, mapped, or something that Deno loads. Packages are not
 * loaded, so one that does not exist is not noticed.
 * @param urlOf the URL of a file in the platform's own folder, for messages
 */
export function bundleFault(sent: SentFunction, urlOf: (file: string) => string): string | undefined {
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
    if ("fault" in module) {
      return `The module's source code could not be parsed: ${module.fault} at ${urlOf(file)}:${module.line}:${module.column}`;
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
  | { readonly fault: string; readonly line: number; readonly column: number };

function specifiersIn(source: string, loader: Loader): Module {
  try {
    const { code } = transformSync(source, {
      loader,
      format: "esm",
      logLevel: "silent",
      // Without this an import that looks unused is left out, as if it were of a type.
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    return { specifiers: [...code.matchAll(imports)].map(([, specifier]) => specifier ?? "") };
  } catch (error) {
    const [first] = (error as TransformFailure).errors ?? [];
    if (first === undefined) throw error;
    return {
      fault: first.text,
      line: first.location?.line ?? 1,
      column: (first.location?.column ?? 0) + 1,
    };
  }
}

const mapSchema = z.object({ imports: z.record(z.string(), z.string()).default({}) });

/** The entries of an import map or of a `deno.json`, in which comments are allowed; `undefined` for what is neither. */
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

/** The sent file that an import means, `remote` for what Deno loads; `undefined` for a bare name that nothing maps. */
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
