import { fstatSync } from "node:fs";

const pollMilliseconds = 500;

/**
 * Calls back once when the process that started this one has gone, however it ended: another parent has adopted us, or
 * the pipe that it held to our standard input has closed. The engine keeps that pipe open as long as it lives.
 */
export function onEngineGone(callback: () => void): void {
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid !== parent) gone();
  }, pollMilliseconds);
  poll.unref();

  let called = false;
  function gone(): void {
    if (called) return;
    called = true;
    clearInterval(poll);
    callback();
  }

  // A terminal or /dev/null, as when somebody starts the host by hand, says nothing about an engine.
  if (fstatSync(0).isFIFO()) {
    process.stdin.on("end", gone).on("error", gone).resume();
  }
}
