import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  freePort,
  portIsFree,
  runningService,
  runningServices,
  startService,
  stopProcess,
  stopService,
  waitUntil,
} from "../../emulators/process";
import { identifyProcess, isSameProcess } from "../../foundation/processLock/identity.mjs";

let registry: string;
beforeEach(() => {
  registry = mkdtempSync(path.join(tmpdir(), "thorbis registry "));
});
afterEach(async () => {
  for (const service of runningServices(registry)) await stopService(registry, service.name, "SIGKILL");
  rmSync(registry, { recursive: true });
});

const script = (code: string): readonly [string, ...string[]] => [process.execPath, "-e", code];
const idle = script("console.log('up'); setInterval(() => {}, 1000)");
const log = (): string => path.join(registry, "logs", "service.log");

describe("the identity of a process", () => {
  it("is that of this process while it lives", () => {
    const self = identifyProcess(process.pid);
    expect(self?.pid).toBe(process.pid);
    expect(self !== undefined && isSameProcess(self)).toBe(true);
  });

  it("does not match another process with the same ID", () => {
    expect(isSameProcess({ pid: process.pid, startTime: "some other time" })).toBe(false);
  });

  it.each([0, -1, Number.NaN, 4_194_304])("does not exist for %s", (pid) => {
    expect(identifyProcess(pid)).toBeUndefined();
  });

  it("does not exist once the process has ended", async () => {
    const child = spawn("true");
    await new Promise((resolve) => child.once("exit", resolve));
    expect(identifyProcess(child.pid ?? 0)).toBeUndefined();
  });
});

describe("a background service", () => {
  it("is recorded with its port and log, can be found, and ends when it is stopped", async () => {
    const port = await freePort();
    const record = await startService(registry, { name: "idle", command: idle, log: log(), port });
    expect(runningService(registry, "idle")).toEqual({
      name: "idle",
      registry: realpathSync(registry),
      command: idle,
      log: log(),
      port,
      pid: record.pid,
      startTime: record.startTime,
    });
    expect(await waitUntil(() => readFileSync(log(), "utf8") === "up\n", 10)).toBe(true);

    await stopService(registry, "idle");

    expect(isSameProcess(record)).toBe(false);
    expect(runningService(registry, "idle")).toBeUndefined();
    expect(runningServices(registry)).toEqual([]);
  });

  it("counts as not running if another process has its id by now", async () => {
    const record = { name: "old", command: idle, log: log(), pid: process.pid, startTime: "long ago" };
    writeFileSync(path.join(registry, "old.json"), JSON.stringify(record));
    expect(runningService(registry, "old")).toBeUndefined();
    await stopService(registry, "old", "SIGKILL");
    expect(identifyProcess(process.pid)?.pid).toBe(process.pid);
  });

  it("moves with its folder", async () => {
    const old = path.join(registry, "old");
    const record = await startService(old, { name: "idle", command: idle, log: log() });
    renameSync(old, path.join(registry, "new"));
    const moved = path.join(registry, "new");
    expect(runningService(moved, "idle")).toEqual({ ...record, registry: realpathSync(moved) });

    // A copy that is made after the move is a copy of the new folder.
    cpSync(moved, path.join(registry, "copy"), { recursive: true });
    expect(runningService(path.join(registry, "copy"), "idle")).toBeUndefined();

    await stopService(moved, "idle");
    expect(isSameProcess(record)).toBe(false);
  });

  it("stays with the original when its folder is copied", async () => {
    const copy = path.join(registry, "copy");
    const record = await startService(registry, { name: "idle", command: idle, log: log() });
    mkdirSync(copy);
    cpSync(path.join(registry, "idle.json"), path.join(copy, "idle.json"));
    expect(runningService(copy, "idle")).toBeUndefined();
    await stopService(copy, "idle");
    expect(runningService(registry, "idle")).toEqual(record);
  });

  it("counts as not running when its record is damaged", () => {
    writeFileSync(path.join(registry, "half.json"), '{"name": "ha');
    expect(runningServices(registry)).toEqual([]);
  });

  it("is killed if it does not end on SIGTERM", async () => {
    const stubborn = script(
      "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)",
    );
    const record = await startService(registry, { name: "stubborn", command: stubborn, log: log() });
    expect(await waitUntil(() => readFileSync(log(), "utf8") === "up\n", 10)).toBe(true);
    await stopProcess(record, "SIGTERM", 0.1);
    expect(isSameProcess(record)).toBe(false);
  });

  it("fails to start if the program does not exist", async () => {
    const definition = { name: "none", command: ["/no/such/program"] as const, log: log() };
    await expect(startService(registry, definition)).rejects.toThrow(/ENOENT/);
  });
});

describe("ports", () => {
  it("distinguishes a taken port from a free one", async () => {
    const server = await new Promise<Server>((resolve) => {
      const made = createServer();
      made.listen(0, "127.0.0.1", () => resolve(made));
    });
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    expect(await portIsFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await portIsFree(port)).toBe(true);
  });

  it("picks one that is free", async () => {
    expect(await portIsFree(await freePort())).toBe(true);
  });
});

describe("a process whose first thread has ended", () => {
  // The state of a process while it is being killed: the first thread is a zombie, the second still has the port.
  const program = `
import ctypes, platform, socket, threading, time
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
threading.Thread(target=time.sleep, args=(60,)).start()
print(listener.getsockname()[1], flush=True)
exit_thread = {"x86_64": 60, "aarch64": 93}[platform.machine()]
ctypes.CDLL(None).syscall(exit_thread, 0)
`;

  it("exists until its last thread has ended, and so do its listening sockets", async () => {
    const service = await startService(registry, {
      name: "threads",
      command: ["python3", "-c", program],
      log: log(),
    });
    const stateOf = () => /\) (\S)/.exec(readFileSync(`/proc/${service.pid}/stat`, "utf8"))?.[1];
    expect(await waitUntil(() => stateOf() === "Z", 30)).toBe(true);
    const port = Number(readFileSync(log(), "utf8"));
    expect([isSameProcess(service), await portIsFree(port)]).toEqual([true, false]);

    await stopProcess(service, "SIGKILL");

    expect([isSameProcess(service), await portIsFree(port)]).toEqual([false, true]);
  });
});
