// The database probe as an AWS Lambda function (probe/README.md).
import { run } from "./run";

/** Runs the probe when Lambda calls it. It takes no input. Its only output is metrics and JSON lines in the log. */
export async function handler(): Promise<void> {
  await run(process.env, (line) => process.stdout.write(`${JSON.stringify(line)}\n`));
}
