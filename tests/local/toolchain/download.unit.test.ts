import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { create } from "tar";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pulumiVersion } from "../../../local/toolchain/versions";
import { Fixture } from "./fixture";

const archiveName = `pulumi-v${pulumiVersion}-${process.platform}-${process.arch}.tar.gz`;
const checksumsName = `pulumi-${pulumiVersion}-checksums.txt`;

let fixture: Fixture;
let server: Server | undefined;
let requests: string[];
beforeEach(() => {
  fixture = new Fixture();
  requests = [];
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  fixture.remove();
});

/** Starts a site on loopback and returns its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const created = createServer((request, response) => {
    requests.push(request.url ?? "");
    listener(request, response);
  });
  server = created;
  await new Promise<void>((resolve) => created.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(created.address() as AddressInfo).port}`;
}

/** Returns a release like Pulumi's: programs for many languages in one folder. */
function release(version = pulumiVersion): Buffer {
  fixture.write("release/pulumi/pulumi", `#!/bin/sh\necho v${version}\n`, 0o755);
  fixture.write("release/pulumi/pulumi-language-nodejs", "#!/bin/sh\n", 0o755);
  fixture.write("release/pulumi/pulumi-language-python", "#!/bin/sh\n", 0o755);
  const file = path.join(fixture.root, archiveName);
  create({ file, cwd: path.join(fixture.root, "release"), gzip: true, sync: true }, ["pulumi"]);
  return readFileSync(file);
}

function checksums(archive: Buffer): string {
  const sum = createHash("sha256").update(archive).digest("hex");
  return `${"0".repeat(64)}  pulumi-v${pulumiVersion}-windows-x64.zip\n${sum}  ${archiveName}\n`;
}

describe("the official download", () => {
  it("is verified, unpacked without programs for other languages, and cached", async () => {
    const archive = release();
    const site = await serve((request, response) => {
      response.end(request.url === `/${archiveName}` ? archive : checksums(archive));
    });

    const first = await fixture.ensure(site);
    const second = await fixture.ensure(site);

    expect(first.source).toBe("download");
    expect(readdirSync(first.binDirectory).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(second).toEqual({ ...first, source: "cache" });
    expect(requests).toEqual([`/${checksumsName}`, `/${archiveName}`]);
  });

  it.each([
    [
      "a file that differs from the published one",
      (archive: Buffer) => [checksums(Buffer.from("published")), archive] as const,
      `sent a ${archiveName} whose SHA-256 is not the published one`,
    ],
    [
      "no checksum",
      (archive: Buffer) => ["nothing of the kind\n", archive] as const,
      `publishes no SHA-256 of ${archiveName}`,
    ],
  ])("of a site that sends %s is refused, and the CLI is built", async (_case, answers, reason) => {
    const [published, sent] = answers(release());
    const site = await serve((request, response) => {
      response.end(request.url === `/${archiveName}` ? sent : published);
    });
    fixture.addGo("1.25.8");

    const toolchain = await fixture.ensure(site);

    expect(toolchain.source).toBe("build");
    expect(readdirSync(fixture.versionFolder)).not.toContain("release");
    expect(fixture.progress).toContain(
      `Building the Pulumi CLI ${pulumiVersion} with Go 1.25.8, because none is installed and ${new URL(site).host} ${reason}: two to four minutes, once per user.`,
    );
  });

  it("is skipped if the site does not have the release", async () => {
    const site = await serve((_request, response) => response.writeHead(404).end());
    fixture.addGo("1.25.8");

    await fixture.ensure(site);

    expect(fixture.progress[1]).toContain(`${new URL(site).host} answers 404 for ${checksumsName}`);
  });

  it("takes at most three seconds if the site accepts the connection and does not respond", async () => {
    const timers = vi.spyOn(globalThis, "setTimeout");
    // The three seconds pass as soon as the site has received the request.
    const site = await serve(() => {
      const limit = timers.mock.calls.find(([, milliseconds]) => milliseconds === 3_000);
      limit?.[0]();
    });
    fixture.addGo("1.25.8");

    await fixture.ensure(site);

    timers.mockRestore();
    expect(requests).toEqual([`/${checksumsName}`]);
    expect(fixture.progress[1]).toContain(`${new URL(site).host} does not respond`);
  });
});

describe("a failed download", () => {
  it("is remembered for a day, with its reason", async () => {
    await expect(fixture.ensure()).rejects.toThrow("127.0.0.1:1 does not respond");
    const site = await serve((_request, response) => response.writeHead(500).end());

    await expect(fixture.ensure(site)).rejects.toThrow("127.0.0.1:1 does not respond");

    expect(requests).toEqual([]);
  });

  it.each([
    ["more than a day ago", { at: new Date(Date.now() - 86_401_000).toISOString() }],
    ["in the future, because of a wrong clock", { at: new Date(Date.now() + 3_600_000).toISOString() }],
    ["for another version", { version: "3.0.0" }],
    ["unreadably", { at: "yesterday" }],
  ])("that was recorded %s is tried again", async (_case, change) => {
    await expect(fixture.ensure()).rejects.toThrow();
    const memory = JSON.parse(readFileSync(fixture.failureMemory, "utf8")) as Record<string, string>;
    writeFileSync(fixture.failureMemory, JSON.stringify({ ...memory, ...change }));
    const site = await serve((_request, response) => response.writeHead(500).end());

    await expect(fixture.ensure(site)).rejects.toThrow("answers 500");

    expect(requests).toEqual([`/${checksumsName}`]);
  });
});
