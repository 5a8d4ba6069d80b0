import { fstatSync } from "node:fs";

const pollMilliseconds = 500;

/**
 * Calls back once when the parent process has ended for any reason: our parent id has changed, or the pipe to our standard
 * input has closed. The engine keeps that pipe open as long as it lives.
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

  // With a terminal or /dev/null, the host was started manually, without an engine.
  if (fstatSync(0).isFIFO()) {
    process.stdin.on("end", gone).on("error", gone).resume();
  }
}
