// Proposes the digest of a new backup image for a stack, in a pull request.
//   npm run propose:image -- prod sha256:…
import { Command } from "commander";
import { namedStack, run } from "../commandLine";
import { gitHubClient } from "../github/client";
import { gitHubContext } from "../github/context";
import { proposeImage } from "./proposal";

run(
  new Command("propose:image")
    .description("Proposes the digest of a new backup image for a stack, in a pull request.")
    .argument("<stack>", "the stack")
    .argument("<digest>", "sha256:…")
    .action(async (argument: string, digest: string) => {
      const stack = namedStack(argument, {}, "propose:image");
      const context = gitHubContext();
      const outcome = await proposeImage(gitHubClient(context), context, { stack, digest });
      process.stdout.write(`Backup image of ${stack}: ${outcome}.\n`);
    }),
);
