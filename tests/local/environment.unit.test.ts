import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { endpointVariables, exportLine, localPaths, pulumiVariables } from "../../local/environment";

test("everything is in .local in the checkout, or in THORBIS_LOCAL_DIRECTORY", () => {
  expect(localPaths("/src/check out", {}).state).toBe("/src/check out/.local/state");
  expect(localPaths("/src", { THORBIS_LOCAL_DIRECTORY: "/other" }).pulumiHome).toBe("/other/pulumi-home");
});

test("an empty THORBIS_LOCAL_DIRECTORY counts as not set, because `npm run down` deletes that folder", () => {
  expect(localPaths("/src", { THORBIS_LOCAL_DIRECTORY: "" }).directory).toBe("/src/.local");
});

test("the backend is a URL that supports spaces in the path", () => {
  const variables = pulumiVariables(localPaths("/src/check out", {}), "/bin");

  expect(variables.PULUMI_BACKEND_URL).toBe("file:///src/check%20out/.local/state");
});

test("the tool folder is first on the search path only once, even if the lines are evaluated repeatedly", () => {
  const first = pulumiVariables(localPaths("/src", {}), "/tools", "/usr/bin:/bin");
  const second = pulumiVariables(localPaths("/src", {}), "/tools", first.PATH);

  expect(second.PATH).toBe("/tools:/usr/bin:/bin");
});

test("folders that npm adds to the search path are removed; the user's own are kept", () => {
  const npm = "/src/node_modules/.bin:/node_modules/.bin:/lib/@npmcli/run-script/lib/node-gyp-bin";
  const own = "/usr/bin:/own/node_modules/.bin";

  const { PATH } = pulumiVariables(localPaths("/src", {}), "/tools", `${npm}:${own}`);

  expect(PATH).toBe(`/tools:${own}`);
});

test.each(["plain", "with blank", "it's", '"$(whoami)"', "a\nb"])("a shell reads exactly %j", (value) => {
  const printed = execFileSync("sh", ["-c", `${exportLine("VALUE", value)}; printf %s "$VALUE"`], {
    encoding: "utf8",
  });

  expect(printed).toBe(value);
});

test("the region and the credentials have the names that AWS CLI 1 reads, and the user's own session token is unset", () => {
  const aws = {
    endpoint: "http://127.0.0.1:1",
    s3Endpoint: "http://127.0.0.1:2",
    accessKey: "key",
    secretKey: "secret",
    region: "eu-west-3",
  };

  expect(endpointVariables({ supabase: { endpoint: "http://127.0.0.1:3" }, aws })).toMatchObject({
    AWS_DEFAULT_REGION: "eu-west-3",
    AWS_REGION: "eu-west-3",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: "",
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
    AWS_ENDPOINT_URL_S3: "http://127.0.0.1:2",
  });
});
