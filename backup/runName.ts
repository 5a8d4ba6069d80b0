import { randomBytes } from "node:crypto";
import { runsPrefix } from "../foundation/backupContract";

/** Returns a run's name: `20261122T131500042Z-9f3a0c21` sorts by time, and two runs in one millisecond differ. */
const pattern = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z-[0-9a-f]{8}$/;

export function newRunName(start: Date): string {
  return `${start.toISOString().replace(/[-:.]/g, "")}-${randomBytes(4).toString("hex")}`;
}

/** Returns when a run began, in UTC; undefined for another name. */
export function runStart(name: string): Date | undefined {
  const [, year, month, day, hour, minute, second, millisecond] = pattern.exec(name) ?? [];
  if (year === undefined) return undefined;
  const start = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`);
  return Number.isNaN(start.getTime()) ? undefined : start;
}

export function objectKey(run: string, object: string): string {
  return `${runsPrefix}${run}/${object}`;
}

/** Returns the run and the object of a key; undefined for another key. */
export function parseObjectKey(key: string): { readonly run: string; readonly object: string } | undefined {
  if (!key.startsWith(runsPrefix)) return undefined;
  const [run = "", ...rest] = key.slice(runsPrefix.length).split("/");
  const object = rest.join("/");
  return object === "" || runStart(run) === undefined ? undefined : { run, object };
}
