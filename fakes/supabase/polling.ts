import { setTimeout as sleep } from "node:timers/promises";
import { isJsonObject, type JsonObject, type JsonValue } from "../../foundation/json";
import { jsonOf, type ManagementApi, unexpected } from "../../foundation/managementApi";
import { UserError } from "../../foundation/userError";

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Default 300. */
  readonly timeoutSeconds?: number;
}

const transient: ReadonlySet<unknown> = new Set([
  "ACTIVE_UNHEALTHY",
  "RESTORING",
  "COMING_UP",
  "UPGRADING",
  "PAUSING",
  "RESIZING",
  "RESTARTING",
  "UNKNOWN",
]);

/** The provider gives up after this many checks of services that are coming up, regardless of its timeouts. */
const maxHealthPolls = 20;

const allServices = ["auth", "db", "db_postgres_user", "pg_bouncer", "pooler", "realtime", "rest", "storage"];

/** Calls `look` at once, then after 0.2, 0.4, 0.8 … 10, 10 seconds, until it returns true. */
async function poll(what: string, options: WaitOptions, look: () => Promise<boolean>): Promise<void> {
  const timeoutSeconds = options.timeoutSeconds ?? 300;
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (let pause = 200; ; pause = Math.min(pause * 2, 10_000)) {
    if (await look()) return;
    if (performance.now() + pause > deadline) {
      throw new UserError(`${what} was not ready within ${timeoutSeconds} s.`);
    }
    await sleep(pause, undefined, { signal: options.signal });
  }
}

/** Returns once the project or branch with this ref is ACTIVE_HEALTHY. Fails at once on a final state. */
export async function waitProjectActive(
  api: ManagementApi,
  ref: string,
  options: WaitOptions,
): Promise<void> {
  await poll(`Project ${ref}`, options, async () => {
    const status = await projectStatus(api, ref, options.signal);
    if (status === "ACTIVE_HEALTHY") return true;
    if (transient.has(status)) return false;
    throw new UserError(`Project ${ref} did not become active: its status is ${String(status)}.`);
  });
}

async function projectStatus(
  api: ManagementApi,
  ref: string,
  signal: AbortSignal,
): Promise<JsonValue | undefined> {
  const project = await api.call("GET", `/projects/${ref}`, { signal });
  if (project.status !== 404) return statusIn(jsonOf(project, 200, "read project status"));
  const branch = await api.call("GET", `/branches/${ref}`, { signal });
  if (branch.status === 404) throw unexpected("read project status", project);
  return statusIn(jsonOf(branch, 200, "read project status"));
}

function statusIn(json: JsonValue): JsonValue | undefined {
  return isJsonObject(json) ? json.status : undefined;
}

/** Returns once the setting is in effect, which is after the database's restart. */
export async function waitSslEnforcement(
  api: ManagementApi,
  ref: string,
  wanted: boolean,
  options: WaitOptions,
): Promise<void> {
  await poll(`SSL enforcement of project ${ref}`, options, async () => {
    const path = `/projects/${ref}/ssl-enforcement`;
    const { signal } = options;
    return isSslEnforced(
      await api.expectJson("GET", path, { status: 200, doing: "read SSL enforcement", signal }),
      wanted,
    );
  });
}

/** Returns whether the response shows the requested setting and that it is in effect. */
export function isSslEnforced(answer: JsonValue, wanted: boolean): boolean {
  if (!isJsonObject(answer) || !isJsonObject(answer.currentConfig)) return false;
  return answer.appliedSuccessfully === true && answer.currentConfig.database === wanted;
}

/** Returns once every service of the project is up. Skips `rest` without a Data API. */
export async function waitServices(api: ManagementApi, ref: string, options: WaitOptions): Promise<void> {
  await pollHealth(api, ref, {
    options,
    services: async () => {
      const postgrest = await api.call("GET", `/projects/${ref}/postgrest`, { signal: options.signal });
      const dataApiOff = isJsonObject(postgrest.json) && String(postgrest.json.db_schema ?? "").trim() === "";
      return allServices.filter((name) => name !== "rest" || !dataApiOff);
    },
  });
}

export async function waitAuthService(api: ManagementApi, ref: string, options: WaitOptions): Promise<void> {
  await pollHealth(api, ref, { options, services: async () => ["auth"] });
}

async function pollHealth(
  api: ManagementApi,
  ref: string,
  { options, services }: { readonly options: WaitOptions; readonly services: () => Promise<string[]> },
): Promise<void> {
  let polls = 0;
  await poll(`A service of project ${ref}`, options, async () => {
    const query = (await services()).map((name) => `services=${name}`).join("&");
    const path = `/projects/${ref}/health?${query}`;
    const rows = await api.expectJson("GET", path, {
      status: 200,
      doing: "check service health",
      signal: options.signal,
    });
    const pending = (Array.isArray(rows) ? rows : []).filter(isJsonObject).filter(isPending);
    if (pending.length === 0) return true;
    polls += 1;
    if (polls > maxHealthPolls) {
      throw new UserError(
        `Services of project ${ref} did not come up: ${pending.map(({ name }) => name).join(", ")}.`,
      );
    }
    return false;
  });
}

/** Throws for a service with a permanent error. */
function isPending(service: JsonObject): boolean {
  if (service.status !== "UNHEALTHY") return service.status === "COMING_UP";
  const text = String(service.error ?? "");
  let inner: unknown;
  try {
    inner = (JSON.parse(text) as JsonObject).error;
  } catch {
    inner = undefined;
  }
  if (inner === `Failed to retrieve project's ${service.name} service health`) return true;
  if (service.name === "pooler" && inner === "not found") return true;
  throw new UserError(`Service ${service.name} is unhealthy: ${text}`);
}

/** Returns the seconds of a Go duration, such as `90s`, `10m` or `1h30m`. */
export function goDurationSeconds(text: string): number | undefined {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) return undefined;
  return parts.reduce((sum, [, amount = "", unit = ""]) => sum + Number(amount) * (units[unit] ?? 0), 0);
}
