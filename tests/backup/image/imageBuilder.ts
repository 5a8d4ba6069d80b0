import { chown, cp, lstat, mkdir, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { runContainer } from "./container";
import { type Instruction, parseDockerfile } from "./dockerfile";

/** The file system of an image and the settings of its containers. */
export interface Image {
  readonly root: string;
  readonly environment: Record<string, string>;
  /** `uid:gid`; empty for root. */
  user: string;
  workingDirectory: string;
  entrypoint: readonly string[];
  command: readonly string[];
  volumes: readonly string[];
}

export interface BuildOptions {
  /** Path of the Dockerfile; its `.dockerignore` is beside it. */
  readonly dockerfile: string;
  /** Folder from which COPY takes files, except those in `.dockerignore`. */
  readonly context: string;
  /** Makes the file system of a base in an empty folder. */
  readonly createBase: (base: string, root: string) => Promise<void>;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** Folder for the file systems of the stages, on this machine's disk. */
  readonly folder: string;
  /** This machine's settings that a build needs to reach its package registries. */
  readonly network: {
    readonly environment: Readonly<Record<string, string>>;
    readonly mounts: Readonly<Record<string, string>>;
  };
  readonly progress: (line: string) => void;
}

interface Build extends BuildOptions {
  readonly stages: Map<string, Image>;
  readonly arguments: Record<string, string>;
  readonly image: Image;
}

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Builds an image as a container engine would, without one: every instruction runs in a root file system, RUN in a separate
 * container. Unlike an engine, it has no layers and no cache.
 * @returns the last stage
 * @throws Error for an instruction that it does not know, and for a RUN that fails, with its output
 */
export async function buildImage(options: BuildOptions): Promise<Image> {
  const stages = new Map<string, Image>();
  let image: Image | undefined;
  for (const [index, stage] of parseDockerfile(await readFile(options.dockerfile, "utf8")).entries()) {
    const root = path.join(options.folder, `stage-${index}`);
    await mkdir(root, { recursive: true });
    options.progress(`FROM ${stage.base}`);
    await options.createBase(stage.base, root);
    image = {
      root,
      environment: { PATH: searchPath },
      user: "",
      workingDirectory: "/",
      entrypoint: [],
      command: [],
      volumes: [],
    };
    stages.set(stage.name ?? String(index), image);
    const build: Build = { ...options, stages, arguments: {}, image };
    for (const instruction of stage.instructions) {
      options.progress(`${instruction.keyword} ${instruction.text.replaceAll(/\s+/g, " ").slice(0, 100)}`);
      await carryOut(instruction, build);
    }
  }
  if (image === undefined) throw new Error(`${options.dockerfile} has no FROM`);
  return image;
}

async function carryOut(instruction: Instruction, build: Build): Promise<void> {
  const { image } = build;
  const { keyword, text } = instruction;
  switch (keyword) {
    case "ARG": {
      const [, name = "", value = ""] = /^(\w+)(?:="?([^"]*)"?)?$/.exec(text) ?? [];
      build.arguments[name] = build.buildArguments[name] ?? value;
      return;
    }
    case "ENV":
      for (const [, name = "", value = ""] of text.matchAll(/(\w+)="?([^"\s]*)"?/g)) {
        image.environment[name] = value;
      }
      return;
    case "WORKDIR":
      image.workingDirectory = text;
      await mkdir(path.join(image.root, text), { recursive: true });
      return;
    case "RUN":
      return await run(text, build);
    case "COPY":
      return await copy(instruction, build);
    case "USER":
      image.user = text;
      return;
    case "VOLUME":
      image.volumes = JSON.parse(text);
      return;
    case "ENTRYPOINT":
      image.entrypoint = JSON.parse(text);
      return;
    case "CMD":
      image.command = JSON.parse(text);
      return;
    default:
      throw new Error(`The instruction ${keyword} is not supported.`);
  }
}

async function run(text: string, build: Build): Promise<void> {
  const { image, network } = build;
  const { exitCode, stdout, stderr } = await runContainer({
    root: image.root,
    command: ["/bin/sh", "-c", text],
    environment: { ...network.environment, ...image.environment, ...build.arguments, HOME: "/root" },
    user: image.user === "" ? undefined : image.user,
    workingDirectory: image.workingDirectory,
    readOnlyMounts: network.mounts,
  });
  if (exitCode === 0) return;
  throw new Error(`RUN ended with ${exitCode}:\n${text}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`);
}

/** Copies files, and the contents of folders, as root's. */
async function copy({ flags, text }: Instruction, build: Build): Promise<void> {
  const words = text.split(/\s+/);
  const target = words.pop() ?? "";
  const isFolder = target.endsWith("/") || words.length > 1;
  const { image } = build;
  const destination = path.join(image.root, path.resolve(image.workingDirectory, target));
  for (const word of words) {
    const source = await sourceOf(word, flags.from, build);
    const into =
      isFolder && !(await stat(source)).isDirectory()
        ? path.join(destination, path.basename(word))
        : destination;
    await mkdir(path.dirname(into), { recursive: true });
    await cp(source, into, { recursive: true });
    await ownByRoot(into);
  }
}

async function sourceOf(word: string, stageName: string | undefined, build: Build): Promise<string> {
  if (stageName !== undefined) {
    const stage = build.stages.get(stageName);
    if (stage === undefined) throw new Error(`There is no stage ${stageName}.`);
    return path.join(stage.root, word);
  }
  const ignored = await readFile(`${build.dockerfile}.dockerignore`, "utf8");
  const [everything, ...sent] = ignored.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const isSent = sent.some((line) => word === line.slice(1) || word.startsWith(`${line.slice(1)}/`));
  if (everything !== "*" || !isSent) throw new Error(`${word} is not sent to the build.`);
  return path.join(build.context, word);
}

async function ownByRoot(file: string): Promise<void> {
  await chown(file, 0, 0);
  if (!(await lstat(file)).isDirectory()) return;
  for (const name of await readdir(file)) await ownByRoot(path.join(file, name));
}

/** Makes a volume of a folder of the image: with its owner and rights, as a container engine does. */
export async function createVolume(image: Image, folder: string, place: string): Promise<string> {
  const volume = path.join(place, folder.replaceAll("/", "-"));
  await execa("cp", ["--archive", path.join(image.root, folder), volume]);
  return volume;
}
