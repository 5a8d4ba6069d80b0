import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { x as extract } from "tar";
import { cacheDirectory, platform, type ToolchainContext } from "./context";
import { pulumiVersion } from "./versions";

/** How long to wait for a site that does not respond. */
const answerMilliseconds = 3_000;
/** How long a failed download is remembered. */
const retryAfterMilliseconds = 24 * 60 * 60 * 1000;
/** How long to wait when a download stalls. */
const stallMilliseconds = 10_000;
const progressMilliseconds = 2_000;

/** The programs of the release that a Node.js stack needs. The others are for other languages. */
const wantedPrograms = new Set([
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-resource-pulumi-nodejs",
  "pulumi-analyzer-policy",
]);

/** A failed download. The message is a clause such as "get.pulumi.com does not respond". */
export class DownloadError extends Error {}

/** Returns the failure of the last 24 hours, if any, after which the site is not asked again. */
export function rememberedFailure(environment: NodeJS.ProcessEnv): string | undefined {
  try {
    const { version, at, reason } = JSON.parse(readFileSync(memoryFile(environment), "utf8")) as Record<
      string,
      unknown
    >;
    const age = Date.now() - Date.parse(String(at));
    const isRecent = age >= 0 && age < retryAfterMilliseconds;
    return version === pulumiVersion && isRecent ? String(reason) : undefined;
  } catch {
    return undefined;
  }
}

export function rememberFailure(environment: NodeJS.ProcessEnv, reason: string): void {
  mkdirSync(cacheDirectory(environment), { recursive: true });
  const memory = { version: pulumiVersion, at: new Date().toISOString(), reason };
  writeFileSync(memoryFile(environment), JSON.stringify(memory));
}

function memoryFile(environment: NodeJS.ProcessEnv): string {
  return path.join(cacheDirectory(environment), "download-failed.json");
}

/** Downloads the release into the folder and checks its SHA-256. Throws a `DownloadError` on failure. */
export async function downloadRelease(context: ToolchainContext, folder: string): Promise<void> {
  const host = new URL(context.downloadSite).host;
  context.progress(`Downloading the Pulumi CLI ${pulumiVersion} from ${host}, because none is installed.`);
  try {
    await fetchRelease(context, folder);
  } catch (error) {
    if (error instanceof SiteError) throw new DownloadError(`${host} ${error.message}`, { cause: error });
    // fetch and its streams throw these without a connection, or when we abort.
    const isSilence = error instanceof TypeError || (error as Error).name === "AbortError";
    if (isSilence) throw new DownloadError(`${host} does not respond`, { cause: error });
    throw error;
  }
}

/** An error of the site. The message is a verb and its object. */
class SiteError extends Error {}

async function fetchRelease(context: ToolchainContext, folder: string): Promise<void> {
  const archiveName = `pulumi-v${pulumiVersion}-${platform}.tar.gz`;
  const patience = new Patience(answerMilliseconds);
  try {
    const checksums = await request(
      `${context.downloadSite}/pulumi-${pulumiVersion}-checksums.txt`,
      patience,
    );
    const expected = checksumOf(archiveName, await checksums.text());
    const response = await request(`${context.downloadSite}/${archiveName}`, patience);
    const archive = path.join(folder, archiveName);
    const actual = await save(response, archive, patience, context);
    if (actual !== expected)
      throw new SiteError(`sent a ${archiveName} whose SHA-256 is not the published one`);
    await extract({
      file: archive,
      cwd: folder,
      strip: 1,
      filter: (entry) => wantedPrograms.has(path.basename(entry)),
    });
    rmSync(archive);
  } finally {
    patience.end();
  }
}

/** Aborts its signal when no data has arrived for a while. */
class Patience {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(milliseconds: number) {
    this.#timer = this.#start(milliseconds);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  renew(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start(milliseconds);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #start(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(), milliseconds);
  }
}

async function request(url: string, patience: Patience): Promise<Response> {
  const response = await fetch(url, { signal: patience.signal });
  if (!response.ok) throw new SiteError(`answers ${response.status} for ${path.posix.basename(url)}`);
  return response;
}

/** Reads lines of `<sha256>  <file name>`. */
function checksumOf(archiveName: string, checksums: string): string {
  const line = checksums.split("\n").find((candidate) => candidate.trim().endsWith(` ${archiveName}`));
  const checksum = /^[0-9a-f]{64}/.exec(line ?? "")?.[0];
  if (checksum === undefined) throw new SiteError(`publishes no SHA-256 of ${archiveName}`);
  return checksum;
}

/** Writes the body to the file and returns its SHA-256. */
async function save(
  response: Response,
  file: string,
  patience: Patience,
  context: ToolchainContext,
): Promise<string> {
  if (response.body === null) throw new SiteError("sent nothing");
  const hash = createHash("sha256");
  const total = megabytes(Number(response.headers.get("content-length") ?? 0));
  let received = 0;
  let shown = Date.now();
  await pipeline(
    Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        patience.renew(stallMilliseconds);
        hash.update(chunk);
        received += chunk.length;
        if (Date.now() - shown >= progressMilliseconds) {
          shown = Date.now();
          context.progress(
            `Downloading the Pulumi CLI ${pulumiVersion}: ${megabytes(received)} of ${total} MB`,
            "tick",
          );
        }
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  return hash.digest("hex");
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}
