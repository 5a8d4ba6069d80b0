import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";

/** The fields of a package.json that declare the Pulumi plugin that a package needs. */
export interface PackageManifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: {
    readonly resource?: boolean;
    readonly name?: string;
    readonly version?: string;
    readonly server?: string;
    readonly parameterization?: { readonly name: string; readonly version: string; readonly value: string };
  };
}

export interface RequiredPackage {
  /** Name of the plugin: `aws`, `terraform-provider`. */
  readonly name: string;
  /** With a leading `v`. */
  readonly version: string;
  readonly server: string;
  /** The parameter that selects this package in a parameterized plugin; its value is base64. */
  readonly parameterization?: { readonly name: string; readonly version: string; readonly value: string };
}

/** Returns the plugins that the installed packages of a program need, without duplicates, in the order of their folders. */
export function requiredPackages(programDirectory: string): RequiredPackage[] {
  const found = new Map<string, RequiredPackage>();
  for (const manifest of installedPackages(programDirectory)) {
    const required = requiredPackage(manifest);
    if (required !== undefined) found.set(JSON.stringify(required), required);
  }
  return [...found.values()];
}

/** Returns the plugin that a package declares in the `pulumi` block of its package.json. */
export function requiredPackage(manifest: PackageManifest): RequiredPackage | undefined {
  const { pulumi } = manifest;
  if (pulumi?.resource !== true) return undefined;
  const name = pulumi.name ?? manifest.name?.replace(/^@pulumi\//, "").replace(/^@/, "");
  const version = pulumi.version ?? manifest.version;
  if (name === undefined || version === undefined) return undefined;
  return {
    name,
    version: version.startsWith("v") ? version : `v${version}`,
    server: pulumi.server ?? "",
    ...(pulumi.parameterization === undefined ? {} : { parameterization: pulumi.parameterization }),
  };
}

/** Yields all installed packages of the program, including nested and linked ones. */
export function* installedPackages(programDirectory: string): Generator<PackageManifest> {
  const modules = nearestModules(programDirectory);
  if (modules !== undefined) yield* packagesBelow(modules, new Set());
}

/** Returns the nearest node_modules. That of a workspace is above the program. */
export function nearestModules(programDirectory: string): string | undefined {
  for (let folder = programDirectory; ; folder = path.dirname(folder)) {
    const modules = path.join(folder, "node_modules");
    if (existsSync(modules)) return modules;
    if (folder === path.dirname(folder)) return undefined;
  }
}

function* packagesBelow(modules: string, seen: Set<string>): Generator<PackageManifest> {
  for (const entry of readdirSync(modules)) {
    if (entry.startsWith(".")) continue;
    const folder = path.join(modules, entry);
    if (entry.startsWith("@")) yield* packagesBelow(folder, seen);
    else yield* packageAt(folder, seen);
  }
}

function* packageAt(folder: string, seen: Set<string>): Generator<PackageManifest> {
  const manifest = readManifest(folder);
  if (manifest === undefined) return;
  // A link may lead to a parent folder that is already being read.
  const real = realpathSync(folder);
  if (seen.has(real)) return;
  seen.add(real);
  yield manifest;
  const nested = path.join(folder, "node_modules");
  if (existsSync(nested)) yield* packagesBelow(nested, seen);
}

/** Returns the package.json of a folder; undefined if it is missing or unreadable, which npm also ignores. */
export function readManifest(folder: string): PackageManifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as PackageManifest;
  } catch {
    return undefined;
  }
}

export interface InstalledDependency {
  readonly name: string;
  readonly version: string;
}

/** Returns the packages that `pulumi about` lists: those that package.json names, or all installed ones. */
export function programDependencies(programDirectory: string, transitive: boolean): InstalledDependency[] {
  if (transitive) {
    return [...installedPackages(programDirectory)].flatMap(({ name, version }) =>
      name === undefined || version === undefined ? [] : [{ name, version }],
    );
  }
  const modules = nearestModules(programDirectory);
  const manifest = readManifest(programDirectory);
  if (modules === undefined || manifest === undefined) return [];
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).flatMap((name) => {
    const version = readManifest(path.join(modules, name))?.version;
    return version === undefined ? [] : [{ name, version }];
  });
}
