import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { commentOnPreviews } from "../../../ops/comment/previewComments";
import { type GitHubClient, gitHubClient } from "../../../ops/github/client";
import type { GitHubContext } from "../../../ops/github/context";
import { type WorkflowRun, workflowRunOf } from "../../../ops/github/workflowRun";
import { buildReport } from "../../../ops/report/build";
import { type GitHubStandIn, repository, startGitHub, token } from "../github/standIn";
import { type RecordingName, recorded } from "../recordings/recording";

/** The commit of the pull request. */
export const head = "a".repeat(40);
/** The user that creates the comments. */
export const bot = "github-actions[bot]";

interface RunChoice {
  readonly id?: number;
  readonly stacks?: Record<string, string>;
  readonly fork?: boolean;
  /** Default: that of a run for pull request 7. */
  readonly title?: string;
}

/** A stand-in of GitHub with pull request 7, and the folder into which the artifacts of a run of the workflow `preview` are downloaded. */
export class TestPreviews {
  private constructor(
    readonly github: GitHubStandIn,
    readonly folder: string,
    readonly context: GitHubContext,
  ) {}

  static async start(): Promise<TestPreviews> {
    const github = await startGitHub();
    github.pulls.push({
      number: 7,
      state: "open",
      head: { label: "thorbis:points", sha: head, repo: { full_name: "thorbis/stack" } },
    });
    return new TestPreviews(github, mkdtempSync(path.join(os.tmpdir(), "artifacts ")), {
      ...repository,
      apiUrl: github.url,
      token,
      runUrl: "https://github.example/run",
      run: { id: 99, attempt: 1 },
    });
  }

  async remove(): Promise<void> {
    await this.github.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Returns a run of the workflow `preview`. `stacks`: stack → how its job ended. */
  run({
    id = 17,
    stacks = { dev: "success" },
    fork = false,
    title = "preview of #7",
  }: RunChoice = {}): WorkflowRun {
    this.github.jobs.set(
      `${id}/1`,
      Object.entries(stacks).map(([stack, conclusion]) => ({
        name: `Preview ${stack}`,
        conclusion,
        html_url: `https://github.example/job/${stack}`,
      })),
    );
    const owner = fork ? "somebody" : "thorbis";
    return workflowRunOf({
      workflow_run: {
        ...{ id, run_attempt: 1, event: "pull_request", head_sha: head, head_branch: "points" },
        ...{ html_url: "https://github.example/run", display_title: title },
        head_repository: { full_name: `${owner}/stack`, owner: { login: owner } },
      },
      repository: { full_name: "thorbis/stack" },
    });
  }

  /** Writes the artifact of a stack: the report about the recording. */
  leaveReport(stack: string, name: RecordingName): void {
    const report = buildReport(recorded(name), { kind: "preview", stack, environment: {} });
    mkdirSync(path.join(this.folder, `preview-${stack}`), { recursive: true });
    writeFileSync(path.join(this.folder, `preview-${stack}`, "report.json"), JSON.stringify(report));
  }

  client({ isPaced = false } = {}): GitHubClient {
    return gitHubClient(this.context, { isPaced });
  }

  /** Runs the program for a run of the workflow. */
  async comment(choice?: RunChoice): ReturnType<typeof commentOnPreviews> {
    return await commentOnPreviews(this.client(), this.context, {
      run: this.run(choice),
      folder: this.folder,
    });
  }

  /** Returns the texts of the comments on the pull request. */
  bodies(number = 7): string[] {
    return this.github.comments(number).map(({ body }) => body);
  }
}
