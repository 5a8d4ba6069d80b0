import { describeError } from "../../foundation/userError";
import type { Clusters, ProjectCluster } from "./clusters";
import { ApiError } from "./http";
import type { ProjectRecord, ProjectStatus } from "./state/record";
import type { ProjectStore } from "./state/store";

/** States in which a project should be up. Failed ones are retried, because the cause may be gone. */
const restartable: readonly ProjectStatus[] = [
  "ACTIVE_HEALTHY",
  "INIT_FAILED",
  "PAUSE_FAILED",
  "RESTORE_FAILED",
];

/**
 * Moves projects between states. A request starts a move and returns at once. The moves of one project run one after the
 * other in the background, and requests meanwhile see the intermediate state.
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
    this.#begin(project, {
      meanwhile: "COMING_UP",
      failed: "INIT_FAILED",
      work: async () => await this.#start(project),
    });
  }

  pause(project: ProjectRecord): void {
    this.#begin(project, {
      meanwhile: "PAUSING",
      failed: "PAUSE_FAILED",
      work: async () => await this.#stop(project),
      done: "INACTIVE",
    });
  }

  restore(project: ProjectRecord): void {
    this.#begin(project, {
      meanwhile: "RESTORING",
      failed: "RESTORE_FAILED",
      work: async () => await this.#start(project),
    });
  }

  /** Restarts the database, for a change of compute size or of some settings. */
  restart(project: ProjectRecord, meanwhile: "RESTARTING" | "RESIZING"): void {
    this.#begin(project, {
      meanwhile,
      failed: "RESTORE_FAILED",
      work: async () => {
        await this.#stop(project);
        await this.#start(project);
      },
    });
  }

  /** Changes the password of `postgres`. If interrupted, the next start of the database completes it. */
  async changePassword(project: ProjectRecord, password: string): Promise<void> {
    this.cluster(project);
    project.databasePassword = password;
    this.#store.save(project);
    await this.#start(project);
  }

  /** Stops the database and removes the whole project. Returns when everything is removed. */
  async remove(project: ProjectRecord): Promise<void> {
    project.status = "GOING_DOWN";
    this.#store.save(project);
    await this.#moves.get(project.ref);
    await this.#stop(project);
    this.#store.remove(project.ref);
    this.#moves.delete(project.ref);
  }

  /** Replaces the project's database by a new one and returns when it is up. */
  async empty(project: ProjectRecord): Promise<void> {
    this.#begin(project, {
      meanwhile: "RESTARTING",
      failed: "INIT_FAILED",
      work: async () => {
        await this.#stop(project);
        this.#store.removeDatabase(project.ref);
        await this.#start(project);
      },
    });
    await this.#moves.get(project.ref);
  }

  /** Resumes after a previous process: starts databases and completes pending operations. */
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

  /** Resolves when no project is changing its state. */
  async settled(): Promise<void> {
    await Promise.all(this.#moves.values());
  }

  /** Stops every database. The records keep their states, so the next start brings up the same projects. */
  async stopAll(): Promise<void> {
    await this.settled();
    await Promise.all(this.#store.list().map((project) => this.#stop(project)));
  }

  /** Starts every database that should be up and is down, and waits for them. */
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

  /** Restarts a crashed database, as the platform would. */
  revive(project: ProjectRecord): void {
    const cluster = this.#running.get(project.ref);
    if (project.status !== "ACTIVE_HEALTHY" || (cluster && this.#clusters.isRunning(cluster))) return;
    this.#log(`the database of ${project.ref} is not running: starting it`);
    this.#restart(project);
  }

  /** Returns the project's database; throws a 400 while the project is not up. */
  cluster(project: ProjectRecord): ProjectCluster {
    const cluster = this.#running.get(project.ref);
    if (project.status !== "ACTIVE_HEALTHY" || cluster === undefined) {
      throw new ApiError(400, `Project ${project.ref} is not active: its status is ${project.status}`);
    }
    return cluster;
  }

  /** Returns the port of a project's database; undefined while it is not running. */
  databasePort(ref: string): number | undefined {
    const project = this.#store.get(ref);
    if (project?.status !== "ACTIVE_HEALTHY") return undefined;
    return this.#running.get(ref)?.port;
  }

  /** Returns the ports of all running databases. */
  databasePorts(): number[] {
    return [...this.#running.values()].map(({ port }) => port);
  }

  #begin(
    project: ProjectRecord,
    {
      meanwhile,
      failed,
      work,
      done = "ACTIVE_HEALTHY",
    }: {
      readonly meanwhile: ProjectStatus;
      readonly failed: ProjectStatus;
      readonly work: () => Promise<void>;
      readonly done?: ProjectStatus | undefined;
    },
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
        // If the project was removed meanwhile, its new state counts.
        if (project.status !== "GOING_DOWN") project.status = status;
        this.#store.save(project);
      })
      .catch((error: unknown) => {
        // No request awaits a move. If its result is not on disk, the next process repeats it from the record.
        this.#log(`${project.ref}: the end of ${meanwhile} was not written: ${describeError(error)}`);
      });
    this.#moves.set(project.ref, move);
  }

  #restart(project: ProjectRecord): void {
    this.#begin(project, {
      meanwhile: "RESTARTING",
      failed: "RESTORE_FAILED",
      work: async () => await this.#start(project),
    });
  }

  /** Returns whether the server answers a query. A server that is being killed still has a process for a moment. */
  async #answers(project: ProjectRecord): Promise<boolean> {
    try {
      await this.#clusters.query(this.cluster(project), "postgres", "select 1");
      return true;
    } catch {
      return false;
    }
  }

  /** Starts or adopts the database. Afterwards it has the record's password. */
  async #start(project: ProjectRecord): Promise<void> {
    const cluster = await this.#clusters.start(
      this.#store.databaseDirectory(project.ref),
      project.databasePassword,
    );
    project.databasePort = cluster.port;
    project.postgresVersion = cluster.version;
    // Settings that need a restart take effect here.
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
