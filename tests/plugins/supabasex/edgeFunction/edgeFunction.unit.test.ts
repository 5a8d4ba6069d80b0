import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type PropertyMap, Secret } from "../../../../plugins/provider-host/values";
import { supabasex } from "../../../../plugins/supabasex/provider/provider";
import { type ServedEmulator, servedEmulator } from "../../../emulators/managementApi/server";
import { accessToken } from "../../../emulators/managementApi/support";
import { ResourceUnderTest } from "../resourceUnderTest";

const resource = new ResourceUnderTest("supabasex:index:EdgeFunctionDeployment");
const { lines, context, type, urn, create, refresh, update } = resource;

/** Returns the paths at which a resource differs from its inputs. */
const changes = async (...given: Parameters<typeof resource.changes>) =>
  Object.keys(await resource.changes(...given));
const slug = "webhook";

let emulator: ServedEmulator;
let folder: string;
let file: string;
let ref: string;

beforeAll(async () => {
  emulator = await servedEmulator();
  folder = await mkdtemp(path.join(tmpdir(), "thorbis edge function "));
  file = path.join(folder, "index.js");
});
afterAll(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  ref = await emulator.project();
  resource.forget();
});

async function inputs(code: string, more: PropertyMap = {}): Promise<PropertyMap> {
  await writeFile(file, code);
  return {
    projectRef: ref,
    endpoint: emulator.endpoint,
    accessToken: new Secret(accessToken),
    ...{ slug, file, sha256: createHash("sha256").update(code).digest("hex"), verifyJwt: true },
    ...more,
  };
}

/** Deploys as the bridged provider or the CLI does: without the flag unless it is given. */
async function deploy(code: string, verifyJwt?: boolean): Promise<void> {
  const form = new FormData();
  form.append("file", new File([code], "index.js"));
  form.append("metadata", JSON.stringify({ entrypoint_path: "index.js", name: slug, verify_jwt: verifyJwt }));
  const response = await fetch(`${emulator.endpoint}/v1/projects/${ref}/functions/deploy?slug=${slug}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${accessToken}` },
    body: form,
  });
  expect(response.status).toBe(201);
}

const deployed = async () => (await emulator.call("GET", `/projects/${ref}/functions/${slug}`)).json;
const body = async () => (await emulator.call("GET", `/projects/${ref}/functions/${slug}/body`)).text;

test("a webhook's function is deployed without token verification, also after its source changed", async () => {
  await deploy("first");
  const made = await create(await inputs("first", { verifyJwt: false }));
  expect(await deployed()).toMatchObject({ verify_jwt: false });
  expect(await changes(await refresh(made))).toEqual([]);

  const changed = await inputs("second", { verifyJwt: false });
  await deploy("second", true);
  expect(await changes(made, changed)).toEqual(["sha256"]);
  const updated = await update(made, changed);

  expect(await deployed()).toMatchObject({ verify_jwt: false });
  expect(await changes(await refresh(updated))).toEqual([]);
});

test("code that was deployed outside of the stack is reported, and the next update deploys the stack's code again", async () => {
  await deploy("ours");
  const made = await create(await inputs("ours"));
  await deploy("theirs");

  const found = await refresh(made);
  expect(await changes(found)).toEqual(["code"]);
  const repaired = await update(found);

  expect(await body()).toContain("ours");
  expect(await body()).not.toContain("theirs");
  expect(lines).toEqual([
    "info: Deployed edge function webhook again: its code had been changed outside of the stack.",
  ]);
  expect(await changes(await refresh(repaired))).toEqual([]);
});

test("manually disabled token verification is reported and enabled again; the code is not deployed again", async () => {
  await deploy("ours");
  const made = await create(await inputs("ours"));
  const { status } = await emulator.call("PATCH", `/projects/${ref}/functions/${slug}`, {
    verify_jwt: false,
  });
  expect(status).toBe(200);

  const found = await refresh(made);
  expect(await changes(found)).toEqual(["verifyJwt"]);
  const repaired = await update(found);

  expect(await deployed()).toMatchObject({ verify_jwt: true });
  expect(lines).toEqual([]);
  expect(await changes(await refresh(repaired))).toEqual([]);
});

test("a refresh removes a deleted function, and an update without a refresh reports it", async () => {
  await deploy("ours");
  const made = await create(await inputs("ours"));
  await emulator.call("DELETE", `/projects/${ref}/functions/${slug}`);

  await expect(refresh(made)).rejects.toThrow("it has gone");
  await expect(update(made)).rejects.toThrow(
    "Edge function webhook is not deployed: it was just deleted; run `pulumi up` again.",
  );
});

test("wrong properties are refused by Check, all at once", async () => {
  const given = { projectRef: ref, slug: 1, file, sha256: "x", verifyJwt: "no", verifyJWT: true };

  const { failures } = await supabasex.check(
    { urn, type, name: "it", oldInputs: {}, inputs: given, randomSeed: new Uint8Array() },
    context,
  );

  expect(failures?.map(({ property, reason }) => `${property} ${reason}`)).toEqual([
    expect.stringMatching(/^verifyJWT is not known; the known properties are projectRef/),
    "slug must be a string",
    "verifyJwt must be true or false",
  ]);
});
