import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runningServices, type ServiceRecord, startService, stopProcess } from "../../../emulators/process";
import { isSameProcess } from "../../../foundation/processLock/identity.mjs";
import { claimDirectory } from "../../../local/directory";
import { type LocalPaths, localPaths } from "../../../local/environment";
import { startKeeper, stopKeeper } from "../../../local/services/keeper";
import { serviceDirectories, serviceRegistries } from "../../../local/services/registries";

// Real processes, recorded like the services of a local environment. Each would run for an hour.

let base: string;
let paths: LocalPaths;
let services: ServiceRecord[];

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), "keeper "));
  paths = pathsOf("environment");
  await claimDirectory(paths.directory);
  const { supabase } = serviceDirectories(paths.services);
  await mkdir(path.join(supabase, "projects", "abc", "database"), { recursive: true });
  await mkdir(path.join(paths.services, "s3"), { recursive: true });
  await mkdir(path.join(paths.services, "s3-eu-central-1"), { recursive: true });
  services = [];
  for (const registry of serviceRegistries(paths.services)) {
    const name = registry.endsWith("database") ? "server" : "sleeper";
    services.push(
      await startService(registry, {
        name,
        command: ["sleep", "3600"],
        log: path.join(base, "log"),
        cwd: "/",
      }),
    );
  }
});

afterEach(async () => {
  await Promise.all([...services, ...keepers()].map((service) => stopProcess(service, "SIGKILL")));
  await rm(base, { recursive: true, force: true });
});

const pathsOf = (name: string) => localPaths(base, { THORBIS_LOCAL_DIRECTORY: path.join(base, name) });

const keepers = (of = paths) => runningServices(serviceDirectories(of.services).keeper);

const running = () => services.filter(isSameProcess).length;

/** Waits longer than the keeper takes to notice a change. */
const seen = () => wait(2_500);

test("every service of an environment ends when its folder is deleted, and so does the keeper", async () => {
  await startKeeper(paths);
  const [keeper] = keepers();
  await seen();
  expect(running()).toBe(5);

  await rm(paths.directory, { recursive: true });

  await expect.poll(running, { timeout: 15_000 }).toBe(0);
  await expect.poll(() => keeper !== undefined && isSameProcess(keeper), { timeout: 15_000 }).toBe(false);
  expect(existsSync(paths.directory)).toBe(false);
});

test("a service whose record was deleted a while before the folder ends, too", async () => {
  await startKeeper(paths);
  const log = path.join(serviceDirectories(paths.services).keeper, "keeper.log");
  const watched = () => readFileSync(log, "utf8").match(/^Watching /gm)?.length;
  await expect.poll(watched, { timeout: 15_000 }).toBe(5);
  await rm(paths.services, { recursive: true });
  await seen();
  expect(running()).toBe(5);

  await rm(paths.directory, { recursive: true });

  await expect.poll(running, { timeout: 15_000 }).toBe(0);
});

test("the services of a moved folder keep running, and end when it is deleted at its new place", async () => {
  await startKeeper(paths);
  const moved = pathsOf("moved");
  await rename(paths.directory, moved.directory);
  await seen();
  expect(running()).toBe(5);

  await rm(moved.directory, { recursive: true });

  await expect.poll(running, { timeout: 15_000 }).toBe(0);
});

test("deleting a copy of the folder ends no service of the original", async () => {
  const copy = pathsOf("copy");
  await cp(paths.directory, copy.directory, { recursive: true });
  await startKeeper(copy);
  await seen();

  await rm(copy.directory, { recursive: true });
  await seen();

  expect(running()).toBe(5);
});

test("a second start finds the running keeper, and a stop ends only this keeper", async () => {
  await startKeeper(paths);
  const [first] = keepers();
  await startKeeper(paths);
  expect(keepers()).toEqual([first]);

  await stopKeeper(paths);

  expect(keepers()).toEqual([]);
  expect(running()).toBe(5);
});
