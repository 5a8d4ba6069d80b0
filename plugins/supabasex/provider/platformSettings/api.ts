import { setTimeout as sleep } from "node:timers/promises";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../../foundation/json";
import { unexpected } from "../../../../foundation/managementApi";
import { UserError } from "../../../../foundation/userError";
import { type PropertyMap, reveal } from "../../../provider-host/values";
import { ProjectClient } from "../projectClient";
import { apiName, type GroupName, groups } from "./settings";
import { active, removed } from "./status";

const becomingActive: ReadonlySet<string> = new Set([
  active,
  "ACTIVE_UNHEALTHY",
  "COMING_UP",
  "RESIZING",
  "RESTARTING",
  "RESTORING",
  "UNKNOWN",
  "UPGRADING",
]);

const restoreSeconds = 600;

/** The status and the settings of one project at the Management API. */
export class ProjectApi {
  readonly #client: ProjectClient;

  constructor(properties: PropertyMap, environment: NodeJS.ProcessEnv = process.env) {
    this.#client = new ProjectClient("PlatformSettings", properties, environment);
  }

  get ref(): string {
    return this.#client.ref;
  }

  /** Returns the status: `ACTIVE_HEALTHY` for any project that is up or coming up, `REMOVED` for one that no longer exists. */
  async status(signal: AbortSignal): Promise<string> {
    const status = await this.#liveStatus(signal);
    return becomingActive.has(status) ? active : status;
  }

  /**
   * Restores a paused project and returns its final status: `ACTIVE_HEALTHY` or a failure. Waits first for a project that is
   * still being paused, because the API only restores a paused one.
   */
  async restore(signal: AbortSignal): Promise<string> {
    const paused = await this.#statusAfter((status) => status === "PAUSING", signal);
    if (paused !== "INACTIVE") return becomingActive.has(paused) ? active : paused;
    const answer = await this.#client.call("POST", "/restore", { signal });
    if (answer.status !== 200 && answer.status !== 201) throw unexpected("restore project", answer);
    // The API may return the old status for a moment after it accepted the request.
    const isPassing = (status: string) =>
      status === "INACTIVE" || (status !== active && becomingActive.has(status));
    return await this.#statusAfter(isPassing, signal);
  }

  /** Waits for a stable status and returns it. A failed request ends the wait. */
  async #statusAfter(isPassing: (status: string) => boolean, signal: AbortSignal): Promise<string> {
    const deadline = performance.now() + restoreSeconds * 1000;
    for (let pause = 200; ; pause = Math.min(pause * 2, 10_000)) {
      const status = await this.#liveStatus(signal);
      if (!isPassing(status)) return status;
      if (performance.now() > deadline) {
        throw new UserError(
          `Project ${this.ref} was not active again within ${restoreSeconds} s: its status is still ${status}; see its page in the Supabase dashboard, then run this again.`,
        );
      }
      await sleep(pause, undefined, { signal });
    }
  }

  async #liveStatus(signal: AbortSignal): Promise<string> {
    const answer = await this.#client.call("GET", "", { signal });
    if (answer.status === 404) return removed;
    if (answer.status !== 200 || !isJsonObject(answer.json)) throw unexpected("read project status", answer);
    return String(answer.json.status);
  }

  async readGroup(group: GroupName, signal: AbortSignal): Promise<JsonValue | undefined> {
    const answer = await this.#client.call("GET", groups[group].path, { signal });
    if (answer.status !== 200) throw unexpected(`read ${group} settings`, answer);
    return answer.json;
  }

  async writeGroup(group: GroupName, settings: PropertyMap, signal: AbortSignal): Promise<void> {
    const body = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [apiName(name), reveal(value)]),
    );
    const answer = await this.#client.call("PATCH", groups[group].path, { body: body as JsonObject, signal });
    if (answer.status !== groups[group].status) throw unexpected(`update ${group} settings`, answer);
  }
}
