import { UserError } from "../foundation/userError";

const faults: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "it is read-only",
  ENOSPC: "there is no space left",
  EDQUOT: "there is no space left for this user",
  ENOTDIR: "a part of that path is a file",
  EEXIST: "it is a file",
};

/** A file or folder that could not be written, as a sentence; any other error as it is. */
export function explainDiskFault(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = "", path = "", syscall } = error as NodeJS.ErrnoException;
  const fault = faults[code];
  // A full disk is met while writing to a file whose path is long forgotten.
  if (fault === undefined || (path === "" && code !== "ENOSPC" && code !== "EDQUOT")) return error;
  const where = path === "" ? "a file of the local stack" : path;
  const what = syscall === "mkdir" ? "made" : "written";
  return new UserError(
    `${where} cannot be ${what}, because ${fault}: mend that, or set THORBIS_LOCAL_DIRECTORY to a folder that can be used, and run the command again.`,
    1,
    { cause: error },
  );
}
