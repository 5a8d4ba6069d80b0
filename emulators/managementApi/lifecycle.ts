import { describeError } from "../../foundation/userError";
import type { Clusters, ProjectCluster } from "./clusters";
import { ApiError } from "./http";
import type { ProjectRecord, ProjectStatus } from "./state/record";
import type { ProjectStore } from "./state/store";

/** States in which a project should be up. What failed before is tried again: its cause may be gone. */
const restartable: readonly ProjectStatus[] = [
  "ACTIVE_HEALTHY",
  "INIT_FAILED",
  "PAUSE_FAILED",
  "RESTORE_FAILED",
];

/**
 * Moves projects between their states. A request only begins a move and is answered at once; the work goes on behind
 * it, one move of a project after the other, and a request in the meantime sees the state in between.
 */
export class Lifecycle {
  readonly #store: ProjectStore;
  readonly #clusters: Clusters;
  readonly #log: (line: string) => void;
  readonly #running = new Map<string, ProjectCluster>();
  readonly #moves = new Map<string, Promise<void>>();

  constructor(store: ProjectStore, clusters: Clusters, log: (line: string) => void) {
    this.#store = store;
    this.#clusters = clusters;
    this.#log = log;
  }

  create(project: ProjectRecord): void {
    this.#store.add(project);
    this.#begin(project, "COMING_UP", "INIT_FAILED", async () => await this.#start(project));
  }

  pause(project: ProjectRecord): void {
    this.#begin(project, "PAUSING", "PAUSE_FAILED", async () => await this.#stop(project), "INACTIVE");
  }

  restore(project: ProjectRecord): void {
    this.#begin(project, "RESTORING", "RESTORE_FAILED", async () => await this.#start(project));
  }

  /** Stops and starts the database, as a change of compute size or of some settings does. */
  restart(project: ProjectRecord, meanwhile: "RESTARTING" | "RESIZING"): void {
    this.#begin(project, meanwhile, "RESTORE_FAILED", async () => {
      await this.#stop(project);
      await this.#start(project);
    });
  }

  /** Changes the password of `postgres`. Cut short, the next start of the database finishes it. */
  async changePassword(project: ProjectRecord, password: string): Promise<void> {
    this.cluster(project);
    project.databasePassword = password;
    this.#store.save(project);
    await this.#start(project);
  }

  /** Stops the database and removes all of the project. Returns when nothing of it is left. */
  async remove(project: ProjectRecord): Promise<void> {
    project.status = "GOING_DOWN";
    this.#store.save(project);
    await this.#moves.get(project.ref);
    await this.#stop(project);
    this.#store.remove(project.ref);
    this.#moves.delete(project.ref);
  }

  /** Gives the project a database as new, and returns when it is up. */
  async empty(project: ProjectRecord): Promise<void> {
    this.#begin(project, "RESTARTING", "INIT_FAILED", async () => {
      await this.#stop(project);
      this.#store.removeDatabase(project.ref);
      await this.#start(project);
    });
    await this.#moves.get(project.ref);
  }

  /** Takes up what a previous process left: starts databases, and finishes what it was in the middle of. */
  async resume(): Promise<void> {
    for (const project of this.#store.list()) {
      switch (project.status) {
        case "GOING_DOWN":
          await this.remove(project);
          break;
        case "PAUSING":
          this.pause(project);
          break;
        case "INACTIVE":
          break;
        default:
          this.#restart(project);
      }
    }
    await this.settled();
  }

  /** Resolves when no project is on the move. */
  async settled(): Promise<void> {
    await Promise.all(this.#moves.values());
  }

  /** Stops every database; the records keep their states, so the next start brings the same projects up. */
  async stopAll(): Promise<void> {
    await this.settled();
    await Promise.all(this.#store.list().map((project) => this.#stop(project)));
  }

  /** Starts every database that is down though its project should be up, and waits until that is over. */
  async reviveAll(): Promise<void> {
    await this.settled();
    await Promise.all(
      this.#store.list().map(async (project) => {
        const isUp = project.status === "ACTIVE_HEALTHY" && (await this.#answers(project));
        if (isUp || !restartable.includes(project.status)) return;
        this.#log(`the database of ${project.ref} is not running: starting it`);
        this.#restart(project);
      }),
    );
    await this.settled();
  }

  /** Starts a database that has died under a project that should be up, as the platform would. */
  revive(project: ProjectRecord): void {
    const cluster = this.#running.get(project.ref);
    if (project.status !== "ACTIVE_HEALTHY" || (cluster && this.#clusters.isRunning(cluster))) return;
    this.#log(`the database of ${project.ref} is not running: starting it`);
    this.#restart(project);
  }

  /** The project's database, which every request for data needs; 400 while the project is not up. */
  cluster(project: ProjectRecord): ProjectCluster {
    const cluster = this.#running.get(project.ref);
    if (project.status !== "ACTIVE_HEALTHY" || cluster === undefined) {
      throw new ApiError(400, `Project ${project.ref} is not active: its status is ${project.status}`);
    }
    return cluster;
  }

  /** Port of a project's database; undefined while it does not run. */
  databasePort(ref: string): number | undefined {
    const project = this.#store.get(ref);
    if (project?.status !== "ACTIVE_HEALTHY") return undefined;
    return this.#running.get(ref)?.port;
  }

  /** Ports of all databases that run. */
  databasePorts(): number[] {
    return [...this.#running.values()].map(({ port }) => port);
  }

  #begin(
    project: ProjectRecord,
    meanwhile: ProjectStatus,
    failed: ProjectStatus,
    work: () => Promise<void>,
    done: ProjectStatus = "ACTIVE_HEALTHY",
  ): void {
    project.status = meanwhile;
    this.#store.save(project);
    const before = this.#moves.get(project.ref) ?? Promise.resolve();
    const move = before
      .then(work)
      .then(
        () => done,
        (error: unknown) => {
          this.#log(`${project.ref}: ${meanwhile} failed: ${describeError(error)}`);
          return failed;
        },
      )
      .then((status) => {
        // A removal may have overtaken this move; its state is the one that counts.
        if (project.status !== "GOING_DOWN") project.status = status;
        this.#store.save(project);
      })
      .catch((error: unknown) => {
        // Nobody awaits a move, and its end need not be on the disk: the next process takes up what the record says.
        this.#log(`${project.ref}: the end of ${meanwhile} was not written: ${describeError(error)}`);
      });
    this.#moves.set(project.ref, move);
  }

  #restart(project: ProjectRecord): void {
    this.#begin(project, "RESTARTING", "RESTORE_FAILED", async () => await this.#start(project));
  }

  /** A server that is being killed still has a process for a moment, but answers no query. */
  async #answers(project: ProjectRecord): Promise<boolean> {
    try {
      await this.#clusters.query(this.cluster(project), "postgres", "select 1");
      return true;
    } catch {
      return false;
    }
  }

  /** Starts or adopts the database; either way it has the record's password afterwards. */
  async #start(project: ProjectRecord): Promise<void> {
    const cluster = await this.#clusters.start(
      this.#store.databaseDirectory(project.ref),
      project.databasePassword,
    );
    project.databasePort = cluster.port;
    project.postgresVersion = cluster.version;
    // Settings that a running server cannot take up are in force from here on.
    project.sslEnforced = project.sslRequested ?? project.sslEnforced;
    delete project.sslRequested;
    this.#store.save(project);
    this.#running.set(project.ref, cluster);
  }

  async #stop(project: ProjectRecord): Promise<void> {
    this.#running.delete(project.ref);
    await this.#clusters.stop(this.#store.databaseDirectory(project.ref));
  }
}
