import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureToolchain, type Toolchain } from "../../../local/toolchain";
import { pulumiVersion } from "../../../local/toolchain/versions";

/** An address where nothing listens, so connections are refused at once. */
const deadSite = "http://127.0.0.1:1";

/** A test's machine: a cache, a PATH with the programs of the test, a checkout, and the recorded progress. */
export class Fixture {
  readonly root = mkdtempSync(path.join(tmpdir(), "toolchain test "));
  readonly cache = path.join(this.root, "cache");
  readonly bin = path.join(this.root, "bin");
  readonly checkout = path.join(this.root, "checkout");
  readonly goLog = path.join(this.root, "go.log");
  readonly progress: string[] = [];
  readonly environment: NodeJS.ProcessEnv = { XDG_CACHE_HOME: this.cache, HOME: this.root, PATH: this.bin };

  constructor() {
    mkdirSync(this.bin);
    this.write("checkout/dist/language-nodejs.cjs", "// language host");
    this.write("checkout/local/toolchain/go/go.mod", "module example\n\ngo 1.25.8\n");
  }

  get versionFolder(): string {
    const platform = `${process.platform}-${process.arch}`;
    return path.join(this.cache, "thorbis-supabase", "toolchain", `v${pulumiVersion}-${platform}`);
  }

  get failureMemory(): string {
    return path.join(this.cache, "thorbis-supabase", "toolchain", "download-failed.json");
  }

  write(file: string, content: string, mode = 0o644): string {
    const full = path.join(this.root, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, content);
    chmodSync(full, mode);
    return full;
  }

  /** Adds a CLI that prints this version, and records each call in a file. */
  addPulumi(folder: string, version: string, options: { languageHost: boolean }): string {
    if (options.languageHost) this.write(`${folder}/pulumi-language-nodejs`, "#!/bin/sh\n", 0o755);
    return this.write(
      `${folder}/pulumi`,
      `#!/bin/sh\necho asked >> '${this.root}/asked'\necho '${version}'\n`,
      0o755,
    );
  }

  get timesAsked(): number {
    return linesOf(path.join(this.root, "asked"));
  }

  /** Adds a Go whose `build` runs this JavaScript with `output`, the path it must write. Default: writes a CLI of our version. */
  addGo(version: string, build = buildsCli(pulumiVersion)): void {
    this.write(
      "bin/go",
      `#!${process.execPath}
      const fs = require("node:fs");
      const [command, ...args] = process.argv.slice(2);
      fs.appendFileSync(${JSON.stringify(this.goLog)}, command + "\\n");
      if (command === "version") console.log("go version go${version} linux/amd64");
      else { const output = args[args.indexOf("-o") + 1]; ${build} }
      `,
      0o755,
    );
  }

  get builds(): number {
    return linesOf(this.goLog, "build");
  }

  ensure(downloadSite = deadSite): Promise<Toolchain> {
    return ensureToolchain({
      progress: (line) => this.progress.push(line),
      environment: this.environment,
      checkout: this.checkout,
      downloadSite,
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export function buildsCli(version: string): string {
  return `fs.writeFileSync(output, "#!/bin/sh\\necho v${version}\\n", { mode: 0o755 });`;
}

function linesOf(file: string, line?: string): number {
  try {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    return lines.filter((candidate) => line === undefined || candidate === line).length;
  } catch {
    return 0;
  }
}
