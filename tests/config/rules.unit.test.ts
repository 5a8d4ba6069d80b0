import { describe, expect, test } from "vitest";
import { formatPath } from "../../config/keys";
import { checkStackConfig } from "../../config/parse";
import { requirements } from "../../config/rules/production";
import { acrossFields, adjust, offences, offendingPath, singleFields, type ValueCase } from "./ruleCases";
import {
  type Areas,
  development,
  developmentSecrets,
  inputOf,
  key,
  production,
  productionSecrets,
  withValue,
} from "./specimens";

const issuesOf = (stack: string, areas: Areas, secrets: readonly string[]) =>
  checkStackConfig(inputOf(stack, areas, secrets)).issues.map((issue) => `${issue.key} ${issue.message}`);

describe("production", () => {
  test("accepts its specimen", () => {
    expect(issuesOf("prod", production, productionSecrets)).toEqual([]);
  });

  test.each(requirements.map(({ path, message }) => ({ name: formatPath(path), message })))(
    "$name $message",
    ({ name, message }) => {
      expect(Object.keys(offences)).toContain(name);
      const path = offendingPath[name] ?? name.split(".");
      const areas = adjust(name, withValue(production, path, offences[name]));
      const secrets = productionSecrets.filter(
        (secret) => name !== "auth.smtp.host" || secret !== "authSmtpPassword",
      );

      const inProduction = issuesOf("prod", areas, secrets);
      const elsewhere = issuesOf(
        "other",
        withValue(areas, ["project", "environment"], "development"),
        secrets,
      );

      expect(inProduction).toContain(`${key(name)} ${message}`);
      const companions = ["backup.vpcId", "backup.subnetIds[0]"];
      const expected = companions.includes(name) ? companions : [name];
      expect(inProduction.map((issue) => issue.split(" ")[0])).toEqual(expected.map(key).sort());
      // Elsewhere the default VPC is allowed, for tasks with a public address.
      const defaultVpc = `${key("backup.assignPublicIp")} must be true without backup.vpcId or backup.network: the default VPC has no other internet access`;
      expect(elsewhere).toEqual(companions.includes(name) ? [defaultVpc] : []);
    },
  );

  test("refuses an http redirect", () => {
    const areas = withValue(production, ["auth", "redirectUrls"], ["https://a.example", "http://b.example"]);

    expect(issuesOf("prod", areas, productionSecrets)).toEqual([
      "thorbis-supabase:auth.redirectUrls[1] must not be an http:// URL in production",
    ]);
  });

  test("may be open to the internet for a written reason", () => {
    const open = withValue(production, ["network", "allowedCidrs"], ["0.0.0.0/0", "::/0"]);
    const withReason = withValue(
      open,
      ["network", "openToInternetReason"],
      "Hosted runners have no addresses.",
    );

    expect(issuesOf("prod", withReason, productionSecrets)).toEqual([]);
  });

  test("cannot be disabled by another environment in stack prod", () => {
    const areas = withValue(production, ["project", "environment"], "development");

    expect(issuesOf("prod", areas, productionSecrets)).toEqual([
      "thorbis-supabase:project.environment must be production in stack prod",
    ]);
  });

  test("rules apply to stacks of any name", () => {
    const areas = withValue(production, ["database", "sslEnforcement"], false);

    expect(issuesOf("like-prod", areas, productionSecrets)).toEqual([
      "thorbis-supabase:database.sslEnforcement must be true in production",
    ]);
  });
});

describe("across fields", () => {
  test.each<ValueCase>(acrossFields)("%s = %j", (path, value, expected) => {
    const areas = withValue(development, path.split("."), value);

    expect(issuesOf("dev", areas, developmentSecrets)).toEqual(expected.map(key));
  });

  test("at least one way to sign in must be enabled", () => {
    const areas = {
      ...development,
      auth: {
        siteUrl: "https://dev.example.com",
        email: { enabled: false },
        rateLimits: { emailsPerHour: 5 },
        mfa: { phoneEnabled: true },
      },
    };
    const secrets = developmentSecrets.filter((name) => !name.startsWith("auth"));

    expect(issuesOf("dev", areas, secrets)).toEqual([
      "thorbis-supabase:auth.email.enabled must be true: no other way to sign in is enabled",
      "thorbis-supabase:auth.mfa.phoneEnabled needs auth.phone",
      "thorbis-supabase:auth.rateLimits.emailsPerHour has no effect without auth.smtp",
    ]);
  });

  test("are checked although another field has an error", () => {
    const areas = withValue(
      withValue(development, ["backup", "bucketName"], "A"),
      ["backup", "memoryMegabytes"],
      2000,
    );

    expect(issuesOf("dev", areas, developmentSecrets).map((issue) => issue.split(" ")[0])).toEqual([
      "thorbis-supabase:backup.bucketName",
      "thorbis-supabase:backup.memoryMegabytes",
    ]);
  });
});

describe("single fields", () => {
  test.each<ValueCase>(singleFields)("%s = %j", (path, value, expected) => {
    const areas = withValue(development, path.split("."), value);
    const secrets =
      path === "functions.secretNames"
        ? developmentSecrets.filter((name) => !name.startsWith("functions"))
        : developmentSecrets;

    const issues = issuesOf("dev", areas, secrets);

    const exact = expected.map((issue) => (typeof issue === "string" ? key(issue) : issue));
    if (path === "functions.secretNames") expect(issues).toContainEqual(exact[0]);
    else expect(issues).toEqual(exact);
  });
});
