import { execa } from "execa";

/** The Pulumi CLI in the local environment's clothes: its own home, backend and passphrase, a project folder to stand in. */
export class PulumiCli {
  constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  /** Runs a command with this process's terminal and answers its exit code. */
  async runInTerminal(args: readonly string[]): Promise<number> {
    const result = await execa(this.program, args, {
      cwd: this.folder,
      env: this.variables,
      stdio: "inherit",
      reject: false,
    });
    return result.exitCode ?? 1;
  }

  /** What a command printed, or undefined where it failed. */
  async tryCapture(args: readonly string[]): Promise<string | undefined> {
    return await this.capture(args).catch(() => undefined);
  }

  /** Runs a command that must succeed and answers what it printed. */
  async capture(args: readonly string[]): Promise<string> {
    const result = await execa(this.program, args, {
      cwd: this.folder,
      env: this.variables,
      stdin: "ignore",
    });
    return result.stdout;
  }
}
