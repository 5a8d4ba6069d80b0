import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { createEncryptionSalt, passphraseCrypter } from "../../config/passphrase";
import { localAccessToken, localPassphrase } from "../../local/environment";
import { projectDatabase, projectDatabaseUrl } from "../../local/projectDatabase";
import { stateFileOf } from "../../local/stack/deploy";
import { type ServedEmulator, servedEmulator } from "../emulators/managementApi/server";

const folder = mkdtempSync(path.join(os.tmpdir(), "project database "));
const state = path.join(folder, "state");
const location = { folder, stack: "local" };
const salt = createEncryptionSalt(localPassphrase);
const crypter = passphraseCrypter(localPassphrase, salt);
let emulator: ServedEmulator;

beforeAll(async () => {
  emulator = await servedEmulator({ accessToken: localAccessToken });
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  writeStackFile({ name: "thorbis" }, "correct-horse");
  rmSync(state, { recursive: true, force: true });
});

function writeStackFile(project: unknown, password: string): void {
  const config = {
    "thorbis-supabase:project": project,
    "thorbis-supabase:databasePassword": { secure: crypter.encrypt(password) },
  };
  writeFileSync(path.join(folder, "Pulumi.local.yaml"), stringify({ encryptionsalt: salt, config }));
}

function writeState(resources: object[]): void {
  const file = stateFileOf(state, "local");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ checkpoint: { latest: { resources } } }));
}

const projectOf = (id?: string) => ({ type: "supabase:index/project:Project", urn: "urn:project", id });
const find = () => projectDatabase(location, state, emulator.endpoint);

describe("the project of a stack", () => {
  test("is the one in its state, regardless of the names of others", async () => {
    await emulator.project({ name: "thorbis" });
    const ours = await emulator.project({ name: "thorbis" });
    writeState([projectOf(ours)]);
    expect((await find())?.projectRef).toBe(ours);

    await emulator.call("PATCH", `/projects/${ours}`, { name: "renamed by hand" });
    expect((await find())?.projectRef).toBe(ours);
  });

  test("is undefined if the one in the state is gone, although another one has its name", async () => {
    await emulator.project({ name: "thorbis" });
    writeState([projectOf("abcdefghijklmnopqrst")]);
    expect(await find()).toBeUndefined();
  });

  test("is the one with its name if the state has none, because a killed run may have created it", async () => {
    writeStackFile({ name: "made by a killed run" }, "correct-horse");
    const made = await emulator.project({ name: "made by a killed run" });
    expect((await find())?.projectRef).toBe(made);
    writeState([projectOf()]);
    expect((await find())?.projectRef).toBe(made);
  });

  test.each([
    ["no name", { environment: "local" }],
    ["a string as an area", "thorbis"],
    ["an empty area", null],
  ])("is undefined if the configuration has %s, which the deployment reports", async (_what, project) => {
    writeStackFile(project, "correct-horse");
    expect(await find()).toBeUndefined();
  });
});

// A deployment refuses such passwords, but they must not break other commands.
test.each(["@x/", ":@/%", "two words", `"it's"`, "%41", "пароль🔑", "#?&=+", "[YOUR-PASSWORD]"])(
  "the URL contains the password %j unchanged",
  async (password) => {
    const ref = await emulator.project({ name: "thorbis", db_pass: password.padEnd(4, "-") });
    writeState([projectOf(ref)]);
    writeStackFile({ name: "thorbis" }, password);

    const url = await projectDatabaseUrl(location, state, emulator.endpoint);

    if (url === undefined) throw new Error("no URL");
    expect(decodeURIComponent(new URL(url).password)).toBe(password);
    expect(new pg.Client({ connectionString: url })).toMatchObject({
      password,
      host: "127.0.0.1",
      database: "postgres",
    });
  },
);
