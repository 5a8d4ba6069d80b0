import { ExecaError, execa } from "execa";
import { UserError } from "../../foundation/userError";
import { foreignVariables } from "../environment";

/** The Pulumi CLI with the local environment's home, backend and passphrase, run in a project folder. */
export class PulumiCli {
  constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  /** Runs a command in this process's terminal and returns its exit code. */
  async runInTerminal(args: readonly string[]): Promise<number> {
    // Ctrl-C also reaches the CLI, which then finishes the running operations. We wait for it.
    const keepWaiting = () => undefined;
    process.on("SIGINT", keepWaiting);
    try {
      const result = await execa(this.program, args, {
        cwd: this.folder,
        env: { ...foreignVariables, ...this.variables },
        stdio: "inherit",
        reject: false,
      });
      return result.exitCode ?? 1;
    } finally {
      process.off("SIGINT", keepWaiting);
    }
  }

  /** Runs a command without a terminal and returns its result, even if it failed. */
  async ask(args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    const { exitCode, stdout, stderr } = await execa(this.program, args, {
      cwd: this.folder,
      env: { ...foreignVariables, ...this.variables },
      stdin: "ignore",
      reject: false,
    });
    return { exitCode: exitCode ?? 1, stdout, stderr };
  }

  /** Returns the output of a command; undefined if it failed. */
  async tryCapture(args: readonly string[]): Promise<string | undefined> {
    return await this.capture(args).catch(() => undefined);
  }

  /** Runs a command that must succeed and returns its output. */
  async capture(args: readonly string[]): Promise<string> {
    try {
      const result = await execa(this.program, args, {
        cwd: this.folder,
        env: { ...foreignVariables, ...this.variables },
        stdin: "ignore",
      });
      return result.stdout;
    } catch (error) {
      if (!(error instanceof ExecaError)) throw error;
      const reason = String(error.stderr ?? "").trim() || error.shortMessage;
      throw new UserError(`\`pulumi ${args.join(" ")}\` failed: ${reason}`, error.exitCode ?? 1, {
        cause: error,
      });
    }
  }
}
