import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";
import { UserError } from "../../foundation/userError";

/** A stack in the forms that the scanners read, on disk. */
export interface ConvertedStack {
  /** Temporary folder with the files. */
  readonly folder: string;
  readonly template: string;
  readonly plan: string;
}

/**
 * Runs a scanner and returns its report. Its exit code only says whether there are findings, so the run fails only if the
 * report cannot be read.
 * @throws UserError with the last line of what the scanner printed
 */
export async function reportOf<Report>(
  scanner: string,
  [program, ...args]: readonly [string, ...string[]],
  { schema, folder }: { readonly schema: z.ZodType<Report>; readonly folder: string },
): Promise<Report> {
  const { stdout, stderr, message } = await outputOf(program, args, folder);
  const report = schema.safeParse(parsed(stdout));
  if (report.success) return report.data;
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const reason = lines.at(-1) ?? message ?? z.prettifyError(report.error);
  throw new UserError(`${scanner} could not scan the stack (${reason.trim()}): see audit/README.md.`);
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  /** The error of a program that exited with another code than 0, or did not start. */
  readonly message?: string;
}

/** The report on a large stack has several megabytes. */
const maxBuffer = 256 * 1024 * 1024;

/** The only environment variables that a scanner receives. */
const passedOn = ["PATH", "LANG", "LC_ALL", "LC_CTYPE"] as const;

/**
 * Runs a program with a folder as its working directory and home, so that it finds neither configuration nor credentials of the
 * user.
 */
async function outputOf(program: string, args: readonly string[], folder: string): Promise<Output> {
  const env = {
    ...Object.fromEntries(passedOn.map((name) => [name, process.env[name]])),
    HOME: folder,
    PYTHONWARNINGS: "ignore",
  };
  try {
    return await promisify(execFile)(program, args, { cwd: folder, env, maxBuffer });
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & Partial<Output>;
    return { stdout, stderr, message };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
