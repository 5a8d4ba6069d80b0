import { createHash, timingSafeEqual } from "node:crypto";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { describeError } from "../../foundation/userError";
import { type ClientPrograms, clientPrograms } from "./clientPrograms";
import type { Clusters } from "./clusters";
import { isHostedOnly } from "./hostedOnly";
import { ApiError, type EmulatorEnvironment } from "./http";
import { Lifecycle } from "./lifecycle";
import { accessRoutes } from "./routes/access";
import { accountRoutes } from "./routes/account";
import { addonRoutes } from "./routes/addons";
import { addressRoutes } from "./routes/addresses";
import { apiKeyRoutes } from "./routes/apiKeys";
import { branchRoutes, projectBranchRoutes } from "./routes/branches";
import { configRoutes } from "./routes/config";
import { databaseRoutes } from "./routes/database";
import { functionRoutes } from "./routes/functions";
import { healthRoutes } from "./routes/health";
import { insightRoutes } from "./routes/insight";
import { logDrainRoutes } from "./routes/logDrains";
import { migrationRoutes } from "./routes/migrations";
import { networkRoutes } from "./routes/network";
import { organizationRoutes } from "./routes/organizations";
import { poolerRoutes } from "./routes/pooler";
import { projectConfigRoutes } from "./routes/projectConfig";
import { projectRoutes } from "./routes/projects";
import { readReplicaRoutes } from "./routes/readReplicas";
import { secretRoutes } from "./routes/secrets";
import { sharingRoutes } from "./routes/sharing";
import { signingKeyRoutes } from "./routes/signingKeys";
import { ssoRoutes } from "./routes/sso";
import { temporaryAccessRoutes, temporaryRoleRoutes } from "./routes/temporaryAccess";
import { thirdPartyAuthRoutes } from "./routes/thirdPartyAuth";
import type { Services } from "./services";
import { ProjectStore } from "./state/store";

/** A response that replaces the real one, to test how a client handles it. */
export interface Fault {
  readonly method: string;
  /** Matched against the path after `/v1`, such as `/projects/abc/health`. */
  readonly path: RegExp;
  readonly status: ContentfulStatusCode;
  /** Text or JSON; `{message}` by default. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many times. Default: always. */
  times?: number;
}

export interface EmulatorOptions {
  /** Folder of the emulator's state and the databases. Created if missing. */
  readonly stateDirectory: string;
  /** The bearer token that every request must carry. */
  readonly accessToken: string;
  readonly clusters: Clusters;
  /** Where the shared pooler listens, on loopback. */
  readonly poolerPort: number;
  /** Generates types and advisors. Default: the programs of the official clients. */
  readonly programs?: ClientPrograms;
  /** Organization slugs that exist. Default: any. */
  readonly organizations?: readonly string[];
  /** Requests per minute and endpoint of a project, above which the API returns 429. Default: no limit (hosted: 120). */
  readonly requestsPerMinute?: number;
  /** The response of `GET /`: the version of this program and its process. */
  readonly identity?: { readonly build: string; readonly pid: number };
  /** Receives log lines, which never contain a secret. Default: no log. */
  readonly log?: (line: string) => void;
}

export interface Emulator {
  /** The API. `app.fetch` serves it over HTTP; `app.request` calls it in process. */
  readonly app: Hono<EmulatorEnvironment>;
  readonly lifecycle: Lifecycle;
  readonly faults: Fault[];
}

/** Creates the Management API over local databases. First starts the projects of an earlier process. */
export async function createEmulator(options: EmulatorOptions): Promise<Emulator> {
  const log = options.log ?? (() => {});
  const store = new ProjectStore(options.stateDirectory);
  const lifecycle = new Lifecycle(store, options.clusters, log);
  const services: Services = {
    store,
    lifecycle,
    clusters: options.clusters,
    poolerPort: options.poolerPort,
    programs: options.programs ?? clientPrograms(log),
    organizations: options.organizations,
  };
  const faults: Fault[] = [];
  const app = new Hono<EmulatorEnvironment>();

  // A health check, which needs no token and reveals nothing.
  app.get("/", (context) => context.json({ service: "supabase-management-api", ...options.identity }));

  // Clients that expect JSON read a body unless its length is 0.
  app.use("*", async (context, next) => {
    await next();
    if (context.res.body === null && context.res.status !== 204)
      context.res.headers.set("Content-Length", "0");
  });

  // Responds once every database that should run accepts connections or has failed to start.
  app.get("/ready", async (context) => {
    await lifecycle.reviveAll();
    return context.json({});
  });

  app.use("/:version{v[12]}/*", requireToken(options.accessToken));
  if (options.requestsPerMinute !== undefined)
    app.use("/:version{v[12]}/*", limitRate(options.requestsPerMinute));
  app.use("/:version{v[12]}/*", async (context, next) => {
    const path = new URL(context.req.url).pathname.slice("/v1".length);
    const fault = faults.find((known) => known.method === context.req.method && known.path.test(path));
    if (fault === undefined) return await next();
    if (fault.times !== undefined) {
      fault.times -= 1;
      if (fault.times <= 0) faults.splice(faults.indexOf(fault), 1);
    }
    const { status, headers, body = { message: "Injected fault" } } = fault;
    return typeof body === "string"
      ? context.text(body, status, headers)
      : context.json(body, status, headers);
  });

  app.route("/v1", projectRoutes(services));
  app.route("/v1", accountRoutes());
  app.route("/v1/organizations", organizationRoutes(services));
  app.route("/v1/branches", branchRoutes(services));
  app.use("/:version{v[12]}/projects/:ref/*", async (context, next) => {
    const project = store.get(context.req.param("ref"));
    if (project === undefined) throw new ApiError(404, "Project not found");
    context.set("project", project);
    await next();
  });
  const below: Record<string, Hono<EmulatorEnvironment>> = {
    "/health": healthRoutes(services),
    "/billing/addons": addonRoutes(services),
    "/api-keys": apiKeyRoutes(services),
    "/branches": projectBranchRoutes(services),
    "/config/auth/third-party-auth": thirdPartyAuthRoutes(services),
    "/config/auth/sso/providers": ssoRoutes(services),
    "/config/auth/signing-keys": signingKeyRoutes(services),
    "/jit-access": temporaryAccessRoutes(services),
    "/database/jit": temporaryRoleRoutes(services),
    "/config/database": poolerRoutes(services),
    "/database/migrations": migrationRoutes(services),
    "/functions": functionRoutes(services),
    "/read-replicas": readReplicaRoutes(services),
    "/secrets": secretRoutes(services),
    "": configRoutes(services)
      .route("", networkRoutes(services))
      .route("", databaseRoutes(services))
      .route("", accessRoutes(services))
      .route("", addressRoutes(services))
      .route("", insightRoutes(services)),
  };
  for (const [path, routes] of Object.entries(below)) app.route(`/v1/projects/:ref${path}`, routes);
  app.route("/v2/projects/:ref/config", projectConfigRoutes(services));
  app.route("/v2/projects/:ref/analytics/log-drains", logDrainRoutes(services));
  app.route("/", sharingRoutes());

  app.notFound((context) => {
    const { method, path } = context.req;
    log(`${method} ${path}: no route`);
    if (!isHostedOnly(path)) return context.json({ message: `Cannot ${method} ${path}` }, 404);
    const message = `The local Supabase API does not support ${method} ${path}: use a hosted project for it.`;
    return context.json({ message }, 501);
  });
  app.onError((error, context) => answerError(error, context, log));

  await lifecycle.resume();
  return { app, lifecycle, faults };
}

function requireToken(accessToken: string): MiddlewareHandler {
  // Compares digests, because the constant-time comparison needs equal lengths.
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const wanted = digest(`Bearer ${accessToken}`);
  return async (context, next) => {
    if (!timingSafeEqual(digest(context.req.header("Authorization") ?? ""), wanted)) {
      throw new ApiError(401, "Unauthorized");
    }
    await next();
  };
}

/** Counts requests per method and path in windows of one minute. Hosted counts per user, project and endpoint. */
function limitRate(limit: number): MiddlewareHandler {
  const windows = new Map<string, { count: number; ends: number }>();
  return async (context, next) => {
    const endpoint = `${context.req.method} ${context.req.path}`;
    const now = Date.now();
    const known = windows.get(endpoint);
    const window = known && known.ends > now ? known : { count: 0, ends: now + 60_000 };
    windows.set(endpoint, window);
    window.count += 1;
    const headers = {
      "X-RateLimit-Limit": String(limit),
      "X-RateLimit-Remaining": String(Math.max(0, limit - window.count)),
      "X-RateLimit-Reset": String(Math.ceil((window.ends - now) / 1000)),
    };
    if (window.count > limit) throw new ApiError(429, "Too Many Requests", headers);
    await next();
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
  };
}

function answerError(error: Error, context: Context, log: (line: string) => void): Response {
  if (error instanceof ApiError)
    return context.json({ message: error.message }, error.status, { ...error.headers });
  log(`${context.req.method} ${context.req.path} failed: ${describeError(error)}`);
  return context.json({ message: "Internal server error" }, 500);
}
