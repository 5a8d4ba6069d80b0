import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { parseJsonWithComments } from "../../foundation/jsonWithComments";
import { UserError } from "../../foundation/userError";

/** The names under which Deno and the Supabase CLI look for a function's settings, in their order. */
const settingsNames = ["deno.json", "deno.jsonc"];

const imports = z.record(z.string(), z.string()).default({});
/** The functions that JSX calls. The other options only affect the type check. */
const jsx = z.object({
  // Deno's precompiled JSX only affects speed.
  jsx: z
    .enum(["react", "react-jsx", "react-jsxdev", "precompile"])
    .transform((mode) => (mode === "precompile" ? "react-jsx" : mode))
    .exactOptional(),
  jsxFactory: z.string().exactOptional(),
  jsxFragmentFactory: z.string().exactOptional(),
  jsxImportSource: z.string().exactOptional(),
});
const settings = z.object({
  imports,
  scopes: z.unknown().optional(),
  importMap: z.string().optional(),
  compilerOptions: jsx.optional(),
});

export interface ImportMap {
  /** The target of an import's name, or of its first segments: an absolute path, or what Deno loads. */
  readonly aliases: Readonly<Record<string, string>>;
  /** The compiler options for JSX; undefined if none are set. */
  readonly jsx?: z.infer<typeof jsx>;
  /** The files from which it was read, absolute. */
  readonly files: readonly string[];
}

/**
 * Returns the import map of the function in a folder: `imports` of its `deno.json`, as `supabase functions new` writes
 * it, or of the file that its `importMap` names. Empty if there is none. It includes the compiler options for JSX. If
 * exactly the named version of a package is installed below `root`, the installed package is bundled.
 * @throws UserError for a file that cannot be read, and for entries that the bundle cannot follow.
 */
export function readImportMap(folder: string, root: string): ImportMap {
  const file = settingsNames.map((name) => path.join(folder, name)).find(existsSync);
  if (file === undefined) return { aliases: {}, files: [] };
  const own = readSettings(file);
  const options =
    own.compilerOptions && Object.keys(own.compilerOptions).length > 0 ? { jsx: own.compilerOptions } : {};
  if (own.importMap === undefined) return { aliases: aliasesOf(file, own, root), ...options, files: [file] };
  const named = path.resolve(folder, own.importMap);
  if (!existsSync(named)) {
    throw new UserError(
      `${file} names the import map ${own.importMap}, which does not exist: correct the path.`,
    );
  }
  return { aliases: aliasesOf(named, readSettings(named), root), ...options, files: [file, named] };
}

function readSettings(file: string): z.infer<typeof settings> {
  let json: unknown;
  try {
    json = parseJsonWithComments(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file} is not JSON (${(error as Error).message}): correct it.`, 1, {
      cause: error,
    });
  }
  const parsed = settings.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(`${file} has an invalid ${issue?.path.join(".")} (${issue?.message}): correct it.`);
}

function aliasesOf(
  file: string,
  { imports: entries, scopes }: z.infer<typeof settings>,
  root: string,
): Record<string, string> {
  if (scopes !== undefined) {
    throw new UserError(
      `${file} has scopes, which this stack cannot bundle: move their entries into imports.`,
    );
  }
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, target]) => {
      if (/^(\.{0,2}\/|[a-z]+:)/.test(key)) {
        throw new UserError(
          `${file} maps ${key}, which this stack cannot bundle: map a name such as "lib" or "lib/", and import that.`,
        );
      }
      const isPath = /^(\.{1,2})?\//.test(target);
      const name = key.replace(/\/$/, "");
      const meant = isPath
        ? path.resolve(path.dirname(file), target)
        : (installedPackage(target, root) ?? target).replace(/\/$/, "");
      return meant === name ? [] : [[name, meant]];
    }),
  );
}

/** A package with an exact version and a path inside: `npm:zod@4.6.7/mini`. */
const pinnedPackage = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)@(\d+\.\d+\.\d+)(\/.*)?$/;

/** Returns the name under which to import a pinned package, if exactly that version is installed. */
function installedPackage(target: string, root: string): string | undefined {
  const [, name, version, module = ""] = pinnedPackage.exec(target) ?? [];
  if (name === undefined) return undefined;
  const manifest = path.join(root, "node_modules", name, "package.json");
  if (!existsSync(manifest)) return undefined;
  const installed = JSON.parse(readFileSync(manifest, "utf8")) as { version?: unknown };
  return installed.version === version ? `${name}${module}` : undefined;
}
