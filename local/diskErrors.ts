import { UserError } from "../foundation/userError";

const issues: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "it is read-only",
  ENOSPC: "there is no space left",
  EFBIG: "it would be larger than this user's limit (ulimit -f)",
  EDQUOT: "there is no space left for this user",
  ENOTDIR: "a part of that path is a file",
  EEXIST: "it is a file",
};

/** Returns a UserError for a file or folder that could not be written; any other error unchanged. */
export function explainDiskError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = "", path = "", syscall } = error as NodeJS.ErrnoException;
  const issue = issues[code];
  // These errors occur while writing to an open file and do not name it.
  const meetsOpenFiles = ["ENOSPC", "EDQUOT", "EFBIG"].includes(code);
  if (issue === undefined || (path === "" && !meetsOpenFiles)) return error;
  const where = path === "" ? "a file of the local stack" : path;
  const what = syscall === "mkdir" ? "created" : "written";
  return new UserError(
    `${where} cannot be ${what}, because ${issue}: fix this, or set THORBIS_LOCAL_DIRECTORY to a writable folder, and run the command again.`,
    1,
    { cause: error },
  );
}
