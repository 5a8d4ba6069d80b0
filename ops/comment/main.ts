// Comments on a pull request with the reports of a run of the workflow `preview`. Runs in a workflow that follows it.
//   npm run comment -- <folder with the run's artifacts>
import { Command } from "commander";
import { givenPath, run } from "../commandLine";
import { gitHubClient } from "../github/client";
import { gitHubContext, gitHubEvent } from "../github/context";
import { workflowRunOf } from "../github/workflowRun";
import { commentOnPreviews } from "./previewComments";

run(
  new Command("comment")
    .description("Comments on a pull request with the reports of its previews.")
    .argument("<folder>", "folder with the artifacts of the run")
    .action(async (folder: string) => {
      const context = gitHubContext();
      const previewed = workflowRunOf(gitHubEvent());
      const results = await commentOnPreviews(gitHubClient(context), context, {
        run: previewed,
        folder: givenPath(folder),
      });
      const lines =
        results === undefined
          ? [
              `No open pull request has ${previewed.headSha} as its newest commit: there is nothing to comment on.`,
            ]
          : results.map(({ stack, outcome }) => `preview of ${stack}: comment ${outcome}`);
      process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    }),
);
