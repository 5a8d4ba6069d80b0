import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { SupabaseProject } from "../../../components/supabaseProject/supabaseProject";
import type { SupabaseProjectArgs } from "../../../components/supabaseProject/supabaseProjectArgs";
import {
  hostedPooler,
  inputsOf,
  localPooler,
  projectArgs,
  registeredFor,
  secretText,
  settled,
} from "./stack";

const registerProject = (stack: string) =>
  registeredFor(stack, (config) => new SupabaseProject("supabase", projectArgs(config)));

/** Returns the project as an object, for its outputs. */
async function projectOf(
  stack: string,
  pooler: Record<string, string>,
  change: (args: SupabaseProjectArgs) => Partial<SupabaseProjectArgs> = () => ({}),
  { keys = {} }: { readonly keys?: Record<string, unknown> | undefined } = {},
) {
  const made: SupabaseProject[] = [];
  await registeredFor(
    stack,
    (config) => {
      const args = projectArgs(config);
      made.push(new SupabaseProject("supabase", { ...args, ...change(args) }));
    },
    pooler,
    { keys },
  );
  const [project] = made;
  if (project === undefined) throw new Error("no project was created");
  return project;
}

const names = ["supabase-credentials", "supabase-platform-settings", "supabase-project", "supabase-settings"];

describe.each([
  { stack: "local", size: "micro", protect: false },
  { stack: "dev", size: "micro", protect: false },
  { stack: "prod", size: "small", protect: true },
])("stack $stack", ({ stack, size, protect }) => {
  test("declares the project with a secret password, and protects it as configured", async () => {
    const registered = await registerProject(stack);

    expect([...registered.resources.keys()].filter((name) => name.startsWith("supabase-")).sort()).toEqual(
      names,
    );
    expect(inputsOf(registered, "supabase-project")).toEqual({
      name: `thorbis-${stack}`,
      organizationId: "thorbis",
      region: "us-east-1",
      instanceSize: size,
      databasePassword: { secret: secretText("databasePassword") },
    });
    expect(registered.options.get("supabase-project")).toMatchObject({ protect, retainOnDelete: protect });
  });

  test("passes organization and region to the platform settings, so that a move is refused in preview", async () => {
    const registered = await registerProject(stack);

    expect(inputsOf(registered, "supabase-platform-settings")).toEqual({
      projectRef: "supabase-project-id",
      organizationId: "thorbis",
      region: "us-east-1",
      pooler: { defaultPoolSize: 20 },
      realtime: {
        suspend: false,
        privateOnly: true,
        maxConcurrentUsers: stack === "prod" ? 1000 : 200,
        maxEventsPerSecond: 100,
        maxChannelsPerClient: 100,
        maxJoinsPerSecond: 100,
      },
    });
  });

  test("sends the settings as canonical JSON after the platform settings", async () => {
    const registered = await registerProject(stack);

    const { auth, ...settings } = inputsOf(registered, "supabase-settings");
    expect(settings).toEqual({
      projectRef: "supabase-project-id",
      database:
        '{"effective_cache_size":"1024MB","maintenance_work_mem":"64MB","max_connections":100,"max_replication_slots":10,"max_wal_senders":10,"shared_buffers":"256MB","work_mem":"4MB"}',
      network: '{"restrictions":["0.0.0.0/0","::/0"]}',
      api: '{"db_extra_search_path":"public,extensions","db_schema":"public,shared,home_services,restaurants,automotive,retail","max_rows":1000}',
      storage: `{"features":{"imageTransformation":{"enabled":${stack === "prod"}},"s3Protocol":{"enabled":false}},"fileSizeLimit":${stack === "prod" ? 52428800 : 10485760}}`,
      sslEnforcement: true,
    });
    expect(auth).toBeTypeOf("string");
    const { dependsOn } = registered.options.get("supabase-settings") ?? {};
    expect((dependsOn as { __name?: string }[]).map(({ __name }) => __name)).toEqual([
      "supabase-platform-settings",
    ]);
  });
});

test("prod's auth settings are exactly these, readable except for those with a secret", async () => {
  const registered = await registerProject("prod");

  const text = inputsOf(registered, "supabase-settings").auth as string;
  const settings = JSON.parse(text);
  const off = Object.keys(settings).filter((key) => /^external_.*_enabled$/.test(key) && !settings[key]);
  expect(off).toHaveLength(22);
  expect(Object.fromEntries(Object.entries(settings).filter(([key]) => !off.includes(key)))).toEqual({
    disable_signup: false,
    external_email_enabled: true,
    jwt_exp: 3600,
    mailer_autoconfirm: false,
    mailer_otp_exp: 3600,
    mailer_otp_length: 6,
    mailer_secure_email_change_enabled: true,
    mfa_max_enrolled_factors: 10,
    mfa_phone_enroll_enabled: false,
    mfa_phone_verify_enabled: false,
    mfa_totp_enroll_enabled: true,
    mfa_totp_verify_enabled: true,
    password_hibp_enabled: true,
    password_min_length: 12,
    password_required_characters: "abcdefghijklmnopqrstuvwxyz:ABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789",
    rate_limit_anonymous_users: 30,
    rate_limit_otp: 30,
    rate_limit_sms_sent: 30,
    rate_limit_token_refresh: 150,
    rate_limit_verify: 30,
    refresh_token_rotation_enabled: true,
    security_refresh_token_reuse_interval: 10,
    sessions_inactivity_timeout: 24,
    sessions_single_per_user: false,
    sessions_timebox: 168,
    site_url: "https://app.thorbis.com",
    uri_allow_list: "",
  });
  expect(Object.keys(settings)).toEqual(Object.keys(settings).sort());
});

test("prod's services with a secret are enabled together with it, and all of it is secret", async () => {
  const registered = await registerProject("prod");

  const { projectRef, auth } = inputsOf(registered, "supabase-credentials") as {
    projectRef: string;
    auth: { secret: string };
  };
  expect(projectRef).toBe("supabase-project-id");
  expect(JSON.parse(auth.secret)).toEqual({
    external_github_client_id: "thorbis-prod",
    external_github_enabled: true,
    external_github_secret: secretText("authProvidersGithubClientSecret"),
    external_google_client_id: "thorbis-prod.apps.googleusercontent.com",
    external_google_enabled: true,
    external_google_secret: secretText("authProvidersGoogleClientSecret"),
    external_phone_enabled: true,
    rate_limit_email_sent: 300,
    sms_autoconfirm: false,
    sms_otp_exp: 60,
    sms_otp_length: 6,
    sms_provider: "twilio",
    sms_twilio_account_sid: "AC00000000000000000000000000000000",
    sms_twilio_auth_token: secretText("authPhoneTwilioAuthToken"),
    sms_twilio_message_service_sid: "MG00000000000000000000000000000000",
    smtp_admin_email: "no-reply@thorbis.com",
    smtp_host: "smtp.thorbis.com",
    smtp_max_frequency: 60,
    smtp_pass: secretText("authSmtpPassword"),
    smtp_port: "587",
    smtp_sender_name: "Thorbis",
    smtp_user: "supabase",
  });
  const { additionalSecretOutputs, dependsOn } = registered.options.get("supabase-credentials") ?? {};
  expect(additionalSecretOutputs).toEqual(["auth"]);
  expect((dependsOn as { __name?: string }[]).map(({ __name }) => __name)).toEqual(["supabase-settings"]);
});

test("arguments may be outputs of other resources", async () => {
  const names = pulumi.output("edge.example.com");
  const registered = await registeredFor("prod", (config) => {
    const args = projectArgs(config);
    return new SupabaseProject("supabase", {
      ...args,
      auth: {
        ...args.auth,
        siteUrl: pulumi.interpolate`https://${names}`,
        redirectUrls: [pulumi.interpolate`https://${names}/**`],
        smtp: args.auth.smtp && { ...args.auth.smtp, host: names, port: pulumi.output(2525) },
      },
      network: { allowedCidrs: [pulumi.output("203.0.113.7/32")] },
      database: { ...args.database, parameters: { workMemMegabytes: pulumi.output(8) } },
    });
  });

  const { auth, network, database } = inputsOf(registered, "supabase-settings");
  expect(JSON.parse(auth as string)).toMatchObject({
    site_url: "https://edge.example.com",
    uri_allow_list: "https://edge.example.com/**",
  });
  expect(network).toBe('{"restrictions":["203.0.113.7/32"]}');
  expect(database).toBe('{"work_mem":"8MB"}');
  const credentials = inputsOf(registered, "supabase-credentials").auth as { secret: string };
  expect(JSON.parse(credentials.secret)).toMatchObject({ smtp_host: "edge.example.com", smtp_port: "2525" });
});

test("no secret leaves the project outside a secret input", async () => {
  const registered = await registerProject("prod");

  const open = [...registered.resources.keys()].map((name) =>
    JSON.stringify(inputsOf(registered, name), (_, value) =>
      value?.secret === undefined ? value : "[secret]",
    ),
  );
  expect(open.join("\n")).not.toContain("canary-");
  expect(open.join("\n")).toContain("[secret]");
});

test("connects through the session pooler, with the project's ref in the names of roles", async () => {
  const project = await projectOf("prod", hostedPooler);

  const { host, port, database, user, password, sslMode, sslRootCertificate } = project.connection;
  expect((await settled(host)).value).toBe("aws-1-us-east-1.pooler.supabase.com");
  expect((await settled(port)).value).toBe(5432);
  expect((await settled(database)).value).toBe("postgres");
  expect((await settled(user)).value).toBe("postgres.abcdefghijklmnopqrst");
  expect(await settled(password)).toEqual({ value: secretText("databasePassword"), secret: true });
  expect((await settled(sslMode)).value).toBe("verify-full");
  expect((await settled(sslRootCertificate)).value).toBe("certificates/supabase.crt");
  const backup = project.connectionAs("backup", "open");
  expect((await settled(backup.user)).value).toBe("backup.abcdefghijklmnopqrst");
  expect(await settled(backup.password)).toEqual({ value: "open", secret: true });
});

test("encrypts without verification if no CA is configured", async () => {
  const { sslMode, sslRootCertificate } = (await projectOf("dev", hostedPooler)).connection;

  expect((await settled(sslMode)).value).toBe("require");
  expect((await settled(sslRootCertificate)).value).toBeUndefined();
});

test("a local project is also reached through its pooler, without TLS", async () => {
  const project = await projectOf("local", localPooler);

  const { host, port, user, sslMode, sslRootCertificate } = project.connectionAs("monitoring", "m");
  expect((await settled(host)).value).toBe("127.0.0.1");
  expect((await settled(port)).value).toBe(54321);
  expect((await settled(user)).value).toBe("monitoring.abcdefghijklmnopqrst");
  expect((await settled(sslMode)).value).toBe("disable");
  expect((await settled(sslRootCertificate)).value).toBeUndefined();
});

test("the pooler for applications is the one that the API returns, in transaction mode", async () => {
  const { host, port, user } = (await projectOf("prod", hostedPooler)).pooledConnection;

  expect((await settled(host)).value).toBe("aws-1-us-east-1.pooler.supabase.com");
  expect((await settled(port)).value).toBe(6543);
  expect((await settled(user)).value).toBe("postgres.abcdefghijklmnopqrst");
});

test("connects directly if configured", async () => {
  const project = await projectOf("prod", hostedPooler, ({ database }) => ({
    database: { ...database, connection: "direct" },
  }));

  const { host, port, user } = project.connection;
  expect((await settled(host)).value).toBe("db.supabase-credentials-id.supabase.co");
  expect((await settled(port)).value).toBe(5432);
  expect((await settled(user)).value).toBe("postgres");
});

test("returns ref, URL and keys, with the keys secret", async () => {
  const { ref, apiUrl, keys } = await projectOf("prod", hostedPooler);

  expect(await settled(ref)).toEqual({ value: "supabase-project-id", secret: false });
  expect(await settled(apiUrl)).toEqual({ value: "https://supabase-project-id.supabase.co", secret: false });
  expect(await settled(keys.anonKey)).toEqual({ value: "anon-key", secret: true });
  expect(await settled(keys.serviceRoleKey)).toEqual({ value: "service-key", secret: true });
  expect(await settled(keys.publishableKey)).toEqual({ value: "publishable-key", secret: true });
  expect(await settled(keys.secretKey)).toEqual({ value: "secret-key", secret: true });
});

test("returns empty strings for keys that a project does not have, for instance disabled legacy keys", async () => {
  const none = { anonKey: null, serviceRoleKey: null };
  const { keys } = await projectOf("prod", hostedPooler, undefined, {
    keys: {
      ...none,
      secretKeys: [{ name: "worker", apiKey: "worker-key" }],
    },
  });

  expect((await settled(keys.anonKey)).value).toBe("");
  expect((await settled(keys.serviceRoleKey)).value).toBe("");
  expect((await settled(keys.secretKey)).value).toBe("worker-key");
  const without = await projectOf("prod", hostedPooler, undefined, { keys: { secretKeys: [] } });
  expect((await settled(without.keys.secretKey)).value).toBe("");
});
