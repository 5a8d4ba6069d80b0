// The database probe as an AWS Lambda function (probe/README.md).
import { run } from "./run";

/** What Lambda calls. The probe takes no input and has no output but metrics and lines of JSON in the log. */
export async function handler(): Promise<void> {
  await run(process.env, (line) => process.stdout.write(`${JSON.stringify(line)}\n`));
}
