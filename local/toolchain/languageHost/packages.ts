import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";

/** The parts of a package.json that tell which Pulumi plugin a package needs. */
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
  /** What makes this package of a plugin that serves many; its value is base64. */
  readonly parameterization?: { readonly name: string; readonly version: string; readonly value: string };
}

/** The plugins that the packages installed for a program ask for, each once, in the order of their folders. */
export function requiredPackages(programDirectory: string): RequiredPackage[] {
  const found = new Map<string, RequiredPackage>();
  for (const manifest of installedPackages(programDirectory)) {
    const required = requiredPackage(manifest);
    if (required !== undefined) found.set(JSON.stringify(required), required);
  }
  return [...found.values()];
}

/** The plugin that a package asks for in the `pulumi` block of its package.json. */
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

/** Every package that is installed for the program, those nested in other packages and linked ones included. */
export function* installedPackages(programDirectory: string): Generator<PackageManifest> {
  const modules = nearestModules(programDirectory);
  if (modules !== undefined) yield* packagesBelow(modules, new Set());
}

/** Workspaces keep one node_modules for all, above the program. */
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
  // A link may lead back up to a folder that is being read already.
  const real = realpathSync(folder);
  if (seen.has(real)) return;
  seen.add(real);
  yield manifest;
  const nested = path.join(folder, "node_modules");
  if (existsSync(nested)) yield* packagesBelow(nested, seen);
}

/** The package.json of a folder; undefined where there is none or it cannot be read, as npm treats it too. */
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

/** What `pulumi about` lists: the packages that package.json names, or all that are installed. */
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
