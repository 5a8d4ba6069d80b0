// Files and folders that another process may delete at any time.
import { readdirSync, readFileSync } from "node:fs";

/** @param {string} folder */
export const namesIn = (folder) => ifThere(() => readdirSync(folder)) ?? [];
/** @param {string} file */
export const readIfThere = (file) => ifThere(() => readFileSync(file, "utf8"));

/**
 * Returns the result, or undefined if another process has deleted the file or folder.
 * @template T
 * @param {() => T} read
 */
export function ifThere(read) {
  try {
    return read();
  } catch (error) {
    if (isSystemError(error) && ["ENOENT", "ENOTDIR"].includes(error.code)) return undefined;
    throw error;
  }
}

/**
 * Returns whether Node.js reports an error of the operating system, such as ENOENT.
 * @param {unknown} error
 * @returns {error is Error & { code: string, path?: string }}
 */
export function isSystemError(error) {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
