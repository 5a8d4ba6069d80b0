import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";

const sources = ["index.ts", "stack", "components", "config", "cost", "foundation", "sdks", "plugins"];

/**
 * Creates the same program as Pulumi's templates would load it: TypeScript that ts-node compiles and type-checks while loading,
 * with `import * as aws from "@pulumi/aws"`. `project` is the folder of the stack, whose state both share.
 */
export function writeDefaultProject(folder: string, checkout: string, project: string): void {
  mkdirSync(folder);
  for (const name of sources) cpSync(path.join(checkout, name), path.join(folder, name), { recursive: true });
  // The provider is the same; only the program differs.
  const launcher = "plugins/supabasex/pulumi-resource-supabasex";
  rmSync(path.join(folder, launcher));
  symlinkSync(path.join(checkout, launcher), path.join(folder, launcher));
  for (const name of ["build", "functions", "node_modules", "package-lock.json", "sql"])
    symlinkSync(realpathSync(path.join(checkout, name)), path.join(folder, name));
  // Includes the deployed edge functions, because a refresh reads them before the program bundles anything.
  for (const name of ["Pulumi.local.yaml", "dist"])
    cpSync(path.join(project, name), path.join(folder, name), { recursive: true, preserveTimestamps: true });

  const settings = parseDocument(readFileSync(path.join(project, "Pulumi.yaml"), "utf8"));
  settings.setIn(["runtime", "options", "typescript"], true);
  writeFileSync(path.join(folder, "Pulumi.yaml"), settings.toString());
  const manifest = JSON.parse(readFileSync(path.join(checkout, "package.json"), "utf8")) as object;
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ ...manifest, main: "index.ts" }));
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        target: "ES2023",
        module: "nodenext",
        moduleResolution: "nodenext",
        types: ["node"],
        esModuleInterop: true,
        sourceMap: true,
      },
      files: ["index.ts"],
    }),
  );
  for (const file of typeScriptFiles(folder))
    writeFileSync(file, importWholePackages(readFileSync(file, "utf8")));
}

const typeScriptFiles = (folder: string): string[] => [
  path.join(folder, "index.ts"),
  ...["components", "foundation", "stack"].flatMap((name) =>
    readdirSync(path.join(folder, name), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => path.join(folder, name, file)),
  ),
];

/** Replaces `import { Bucket } from "@pulumi/aws/s3/bucket"` by an import of the whole package and a constant of that name. */
export function importWholePackages(source: string): string {
  const imported = new Set<string>();
  return source.replace(
    /^import (?:type )?\{ ([^}]+) \} from "@pulumi\/(aws|postgresql)((?:\/\w+)*)";$/gm,
    (_line, names: string, name: string, below: string) => {
      // No program has a variable of this name.
      const whole = `${name}Package`;
      const wholeImport = imported.has(name) ? "" : `import * as ${whole} from "@pulumi/${name}";\n`;
      imported.add(name);
      const module = [whole, ...below.split("/").filter(Boolean).slice(0, -1)].join(".");
      const aliases = names.split(", ").map((entry) => {
        const [original = "", alias = original] = entry.replace(/^type /, "").split(" as ");
        return `import ${alias} = ${module}.${original};`;
      });
      return `${wholeImport}${aliases.join("\n")}`;
    },
  );
}
