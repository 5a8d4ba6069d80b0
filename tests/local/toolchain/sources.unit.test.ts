import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../foundation/userError";
import { pulumiVersion } from "../../../local/toolchain/versions";
import { Fixture } from "./fixture";

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture();
});
afterEach(() => fixture.remove());

describe("a CLI on PATH", () => {
  it("comes before anything else", async () => {
    const pulumi = fixture.addPulumi("bin", "v3.227.0", { languageHost: true });
    fixture.addGo("1.25.8");

    const toolchain = await fixture.ensure();

    expect(toolchain).toEqual({
      pulumi,
      version: "3.227.0",
      source: "path",
      binDirectory: fixture.bin,
      environment: { PATH: `${fixture.bin}:${fixture.bin}`, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    expect(fixture.progress).toEqual([]);
    expect(fixture.builds).toBe(0);
  });

  it("is called for its version only once, until its file changes", async () => {
    fixture.addPulumi("bin", "v3.230.0", { languageHost: true });
    await fixture.ensure();
    await fixture.ensure();
    expect(fixture.timesAsked).toBe(1);

    fixture.addPulumi("bin", "v3.231.0-rc.1", { languageHost: true });

    expect((await fixture.ensure()).version).toBe("3.231.0-rc.1");
    expect(fixture.timesAsked).toBe(2);
  });

  it("may have its language host in another folder of PATH, or beside the target of a link", async () => {
    const real = fixture.addPulumi("opt/pulumi", "v3.240.0", { languageHost: true });
    symlinkSync(real, path.join(fixture.bin, "pulumi"));

    const toolchain = await fixture.ensure();

    expect(toolchain.pulumi).toBe(path.join(fixture.bin, "pulumi"));
  });

  it.each([
    ["too old", "v3.226.9", true, "3.226.9 is too old (3.227.0 or newer is needed)."],
    ["of the next major version", "v4.0.0", true, "4.0.0 is too new (3.227.0 or newer is needed)."],
    ["without its language host", "v3.246.0", false, "there is no pulumi-language-nodejs beside it."],
    ["broken", "segmentation issue", true, "it does not print its version."],
  ])("that is %s is skipped, with the reason", async (_case, version, languageHost, reason) => {
    const pulumi = fixture.addPulumi("bin", version, { languageHost });
    fixture.addGo("1.25.8");

    const toolchain = await fixture.ensure();

    expect(toolchain.source).toBe("build");
    expect(fixture.progress[0]).toBe(`Skipping ${pulumi}: ${reason}`);
  });

  it("that is skipped does not hide a usable one later in PATH", async () => {
    fixture.addPulumi("bin", "v3.1.0", { languageHost: true });
    const better = fixture.addPulumi("second", "v3.250.0", { languageHost: true });
    fixture.environment.PATH = `${fixture.bin}:${path.dirname(better)}`;

    expect((await fixture.ensure()).pulumi).toBe(better);
  });

  it("is not mistaken for the user's own if it comes from our cache", async () => {
    fixture.addGo("1.25.8");
    const built = await fixture.ensure();
    fixture.environment.PATH = `${built.binDirectory}:${fixture.bin}`;

    expect((await fixture.ensure()).source).toBe("cache");
  });
});

describe("the Go build", () => {
  it("builds a CLI with our language host beside it, and prints the reason", async () => {
    fixture.addGo("1.25.8");

    const toolchain = await fixture.ensure();

    expect(toolchain.source).toBe("build");
    expect(toolchain.version).toBe(pulumiVersion);
    expect(path.dirname(toolchain.pulumi)).toBe(toolchain.binDirectory);
    expect(readdirSync(toolchain.binDirectory).sort()).toEqual([
      "language-nodejs.cjs",
      "pulumi",
      "pulumi-language-nodejs",
    ]);
    expect(fixture.progress).toEqual([
      `Downloading the Pulumi CLI ${pulumiVersion} from 127.0.0.1:1, because none is installed.`,
      `Building the Pulumi CLI ${pulumiVersion} with Go 1.25.8, because none is installed and 127.0.0.1:1 does not respond: two to four minutes, once per user.`,
    ]);
  });

  it("runs once: the next time everything is cached, and nothing is called or printed", async () => {
    fixture.addGo("1.25.8");
    const first = await fixture.ensure();
    fixture.progress.length = 0;

    const second = await fixture.ensure();

    expect(second).toEqual({ ...first, source: "cache" });
    expect(fixture.progress).toEqual([]);
    expect(readFileSync(fixture.goLog, "utf8")).toBe("version\nbuild\n");
  });

  it("serves a second checkout with another language host, while the first keeps its own", async () => {
    fixture.addGo("1.25.8");
    const first = await fixture.ensure();
    writeFileSync(path.join(fixture.checkout, "dist", "language-nodejs.cjs"), "// another host");

    const second = await fixture.ensure();

    expect(second.source).toBe("cache");
    expect(second.binDirectory).not.toBe(first.binDirectory);
    expect(readFileSync(path.join(first.binDirectory, "language-nodejs.cjs"), "utf8")).toBe(
      "// language host",
    );
    expect(readFileSync(path.join(second.binDirectory, "language-nodejs.cjs"), "utf8")).toBe(
      "// another host",
    );
    expect(statSync(second.pulumi).ino).toBe(statSync(first.pulumi).ino);
  });

  it("is repeated when the cached CLI is damaged", async () => {
    fixture.addGo("1.25.8");
    const first = await fixture.ensure();
    writeFileSync(path.join(fixture.versionFolder, "build", "pulumi"), "");

    const second = await fixture.ensure();

    expect(second.source).toBe("build");
    expect(statSync(second.pulumi).size).toBeGreaterThan(0);
    expect(second.binDirectory).toBe(first.binDirectory);
  });

  it("of a CLI that does not run is an error and leaves no files", async () => {
    fixture.addGo("1.25.8", `fs.writeFileSync(output, "#!/bin/sh\\nexit 1\\n", { mode: 0o755 });`);

    await expect(fixture.ensure()).rejects.toThrow(
      /^The Pulumi CLI 3\.246\.0 for \S+ does not run on this machine \(`pulumi version` prints nothing\): install /,
    );
    expect(readdirSync(fixture.versionFolder)).toEqual([]);
  });

  it("that fails is an error with Go's own message, and leaves no files", async () => {
    fixture.addGo(
      "1.25.8",
      `fs.writeFileSync(output, "half"); console.error("# example\\nx.go:1:1: no"); process.exit(2);`,
    );

    const failure = fixture.ensure();

    await expect(failure).rejects.toBeInstanceOf(UserError);
    await expect(failure).rejects.toThrow(
      `Building the Pulumi CLI ${pulumiVersion} with Go 1.25.8 failed: look at Go's message, or install the Pulumi CLI ${pulumiVersion} yourself, and run the command again.\n# example\nx.go:1:1: no`,
    );
    expect(readdirSync(fixture.versionFolder)).toEqual([]);
  });
});

describe("without any source of a CLI", () => {
  const remedy = `install Go 1.25.8 or newer, or the Pulumi CLI ${pulumiVersion}, and run the command again.`;
  const beginning = "There is no Pulumi CLI 3.227.0 or newer on PATH, 127.0.0.1:1 does not respond";

  it("a missing Go is reported in one sentence, with what to install", async () => {
    await expect(fixture.ensure()).rejects.toEqual(
      new UserError(`${beginning}, and there is no Go to build it with: ${remedy}`),
    );
  });

  it.each(["1.19.8", "1.25.7", "1.25rc2"])("Go %s is too old", async (version) => {
    fixture.addGo(version);

    await expect(fixture.ensure()).rejects.toEqual(
      new UserError(
        `${beginning}, and the Go in ${fixture.bin} is ${version}, too old to build it: ${remedy}`,
      ),
    );
    expect(fixture.builds).toBe(0);
  });

  it.each(["1.25.8", "1.26.0"])("Go %s is new enough", async (version) => {
    fixture.addGo(version);
    expect((await fixture.ensure()).source).toBe("build");
  });

  it("a cache that cannot be written is reported in one sentence, with what to set", async () => {
    fixture.environment.XDG_CACHE_HOME = fixture.write("file", "");

    await expect(fixture.ensure()).rejects.toThrow(
      `The Pulumi CLI cannot be stored in ${fixture.root}/file/thorbis-supabase/toolchain, because a part of that path is a file: set XDG_CACHE_HOME to a folder that has 4 GB to spare and run the command again.`,
    );
  });

  it("a missing language host is reported in one sentence, with how to build it", async () => {
    fixture.addGo("1.25.8");
    await fixture.ensure();
    const host = path.join(fixture.checkout, "dist", "language-nodejs.cjs");
    rmSync(host);

    await expect(fixture.ensure()).rejects.toEqual(
      new UserError(`${host} is missing: run \`npm run build\` in ${fixture.checkout} first.`),
    );
  });
});
