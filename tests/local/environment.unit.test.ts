import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { exportLine, localPaths, shellVariables } from "../../local/environment";

const endpoints = {
  supabase: { endpoint: "http://127.0.0.1:1" },
  aws: {
    endpoint: "http://127.0.0.1:2",
    s3Endpoint: "http://127.0.0.1:3",
    accessKey: "key",
    secretKey: "secret",
    region: "us-east-1",
  },
};

test("everything is below .local in the checkout, or where THORBIS_LOCAL_DIRECTORY says", () => {
  expect(localPaths("/src/check out", {}).state).toBe("/src/check out/.local/state");
  expect(localPaths("/src", { THORBIS_LOCAL_DIRECTORY: "/other" }).pulumiHome).toBe("/other/pulumi-home");
});

test("the backend is a URL that survives blanks in the path", () => {
  const variables = shellVariables(localPaths("/src/check out", {}), {
    binDirectory: "/bin",
    databaseUrl: "u",
  });

  expect(variables.PULUMI_BACKEND_URL).toBe("file:///src/check%20out/.local/state");
});

test("the tool folder leads the search path once, however often the lines are read", () => {
  const first = shellVariables(localPaths("/src", {}), "/tools", endpoints, "/usr/bin:/bin");
  const second = shellVariables(localPaths("/src", {}), "/tools", endpoints, first.PATH);

  expect(second.PATH).toBe("/tools:/usr/bin:/bin");
});

test.each(["plain", "with blank", "it's", '"$(whoami)"', "a\nb"])(
  "a shell reads %j back as it is",
  (value) => {
    const printed = execFileSync("sh", ["-c", `${exportLine("VALUE", value)}; printf %s "$VALUE"`], {
      encoding: "utf8",
    });

    expect(printed).toBe(value);
  },
);
