import { UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import type { Clouds } from "./clouds";

/** Another program in the probe, which an up does not replace: it deploys code only if the stack's own code changes. */
export const codeChange = {
  name: "other code is deployed into the probe, which reads the database's password",
  by: "aws lambda update-function-code",
  change: async ({ lambda }: Clouds, FunctionName: string) =>
    await lambda.send(
      new UpdateFunctionCodeCommand({
        FunctionName,
        ZipFile: zipSync({ "probe.js": strToU8("exports.handler = 1;") }),
      }),
    ),
  reports: "opens    function code $functionName: sha256 ",
  undoneBy: "aws lambda delete-function",
} as const;
