import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { writeFileAtomically } from "../../../foundation/atomicFile";
import { newProjectRef, type ProjectRecord } from "./record";

/**
 * The emulator's state: one folder per project with its record, its database and the files of its functions.
 * Every change is on disk before its request is answered, and files are replaced atomically, so the process may be killed at
 * any time. Other users may enter the folders, because PostgreSQL may run as its own user, but only the owner may read the
 * files.
 */
export class ProjectStore {
  readonly #directory: string;
  readonly #projects = new Map<string, ProjectRecord>();
  readonly #organizationsFile: string;
  #organizations: Readonly<Record<string, string>> = {};

  constructor(stateDirectory: string) {
    this.#directory = path.join(stateDirectory, "projects");
    this.#organizationsFile = path.join(stateDirectory, "organizations.json");
    if (existsSync(this.#organizationsFile)) {
      this.#organizations = JSON.parse(readFileSync(this.#organizationsFile, "utf8")) as Record<
        string,
        string
      >;
    }
    mkdirSync(this.#directory, { recursive: true, mode: 0o711 });
    for (const ref of readdirSync(this.#directory)) {
      const file = this.#recordFile(ref);
      // A folder without a record is left from an interrupted creation or removal.
      if (existsSync(file)) this.#projects.set(ref, JSON.parse(readFileSync(file, "utf8")) as ProjectRecord);
      else rmSync(path.join(this.#directory, ref), { recursive: true, force: true });
    }
  }

  list(): ProjectRecord[] {
    return [...this.#projects.values()].sort((a, b) => a.numericId - b.numericId);
  }

  get(ref: string): ProjectRecord | undefined {
    return this.#projects.get(ref);
  }

  /** Returns the names of the organizations created through the API, by slug. */
  organizations(): ReadonlyMap<string, string> {
    return new Map(Object.entries(this.#organizations));
  }

  /** Adds an organization and returns its slug. */
  addOrganization(name: string): string {
    const slug = newProjectRef();
    this.#organizations = { ...this.#organizations, [slug]: name };
    writeDurably(this.#organizationsFile, `${JSON.stringify(this.#organizations, null, 2)}\n`);
    return slug;
  }

  nextNumericId(): number {
    return Math.max(0, ...this.list().map((project) => project.numericId)) + 1;
  }

  add(project: ProjectRecord): void {
    mkdirSync(this.#folder(project.ref), { mode: 0o711 });
    this.#projects.set(project.ref, project);
    this.save(project);
  }

  /** Writes a record that was changed in place. A record that was removed meanwhile stays removed. */
  save(project: ProjectRecord): void {
    if (this.#projects.get(project.ref) !== project) return;
    writeDurably(this.#recordFile(project.ref), `${JSON.stringify(project, null, 2)}\n`);
  }

  /** Removes the project's record, then its folder. The database must be stopped already. */
  remove(ref: string): void {
    this.#projects.delete(ref);
    rmSync(this.#recordFile(ref), { force: true });
    rmSync(this.#folder(ref), { recursive: true, force: true });
  }

  /** Removes the project's database, which must be stopped already. */
  removeDatabase(ref: string): void {
    rmSync(this.databaseDirectory(ref), { recursive: true, force: true });
  }

  /** Returns the folder of the project's PostgreSQL cluster. */
  databaseDirectory(ref: string): string {
    return path.join(this.#folder(ref), "database");
  }

  /** Stores the content and returns its SHA-256, the key to read it. */
  putBlob(ref: string, content: Uint8Array): string {
    const digest = createHash("sha256").update(content).digest("hex");
    const file = path.join(this.#folder(ref), "blobs", digest);
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o711 });
    if (!existsSync(file)) writeDurably(file, content);
    return digest;
  }

  getBlob(ref: string, digest: string): Buffer {
    return readFileSync(path.join(this.#folder(ref), "blobs", digest));
  }

  #folder(ref: string): string {
    return path.join(this.#directory, ref);
  }

  #recordFile(ref: string): string {
    return path.join(this.#folder(ref), "project.json");
  }
}

/** Returns the folders of all databases in a state directory, to stop them without the emulator. */
export function databaseDirectories(stateDirectory: string): string[] {
  const projects = path.join(stateDirectory, "projects");
  if (!existsSync(projects)) return [];
  return readdirSync(projects).map((ref) => path.join(projects, ref, "database"));
}

/** Flushes to disk, because a request is answered only after its effect is durable. */
function writeDurably(file: string, content: string | Uint8Array): void {
  writeFileAtomically(file, content, { durable: true });
}
