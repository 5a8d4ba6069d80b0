import { writeFileSync } from "node:fs";
import path from "node:path";
import type { ConcurrencyGroups } from "./concurrency";
import type { Contexts } from "./expression";
import { type JobResult, runWorkflow } from "./runner";
import { token, type World } from "./world";

export interface PullRequest {
  readonly fork?: boolean;
  readonly whileRunning?: (step: string, cancel: () => void) => void;
}

/** A finished run of the workflow `preview`. */
export interface Preview {
  readonly runId: number;
  readonly headRepository: HeadRepository;
  readonly results: JobResult[];
}

interface HeadRepository {
  readonly full_name: string;
  readonly owner: { readonly login: string };
}

export interface RunOptions {
  readonly whileRunning?: (step: string, cancel: () => void) => void;
  readonly vars?: Record<string, string>;
  readonly contexts?: Contexts;
  /** Default: that of the newest pull request's run. */
  readonly runId?: number;
  readonly groups?: ConcurrencyGroups;
}

/** The workflows that a pull request starts. */
export const pullRequestWorkflows: readonly string[] = ["preview", "comment"];

const repositoryOf = (fork: boolean) => (fork ? "somebody/stack" : "thorbis/stack");

/** Runs the workflows as GitHub does, one run id per run. */
export class WorkflowRuns {
  /** The id of the newest run. */
  runId = 100;

  constructor(private readonly world: World) {}

  /** Runs `preview` for a pull request, and then `comment`. */
  async pullRequest(options: PullRequest = {}): Promise<{
    readonly previews: JobResult[];
    readonly comment: JobResult;
  }> {
    const preview = await this.preview(options);
    return { previews: preview.results, comment: await this.comment(preview) };
  }

  /** Runs only `preview` for a pull request. */
  async preview({ fork = false, whileRunning }: PullRequest = {}): Promise<Preview> {
    this.runId += 1;
    const { runId } = this;
    const { github, head, base } = this.world;
    const owner = repositoryOf(fork).split("/")[0] ?? "";
    const headRepository = { full_name: repositoryOf(fork), owner: { login: owner } };
    const commit = { sha: head, repo: headRepository };
    github.pulls.splice(0, 1, { number: 7, state: "open", head: { label: `${owner}:points`, ...commit } });
    const results = await this.run(
      "preview",
      { event: { pull_request: { number: 7, head: commit, base: { sha: base } } } },
      whileRunning === undefined ? {} : { whileRunning },
    );
    github.jobs.set(
      `${runId}/1`,
      results.map(({ name, conclusion }) => ({
        name,
        conclusion,
        html_url: `https://github.com/job/${name.replace(" ", "-")}`,
      })),
    );
    return { runId, headRepository, results };
  }

  /** Runs `comment` for a finished preview. */
  async comment({ runId, headRepository }: Preview, groups?: ConcurrencyGroups): Promise<JobResult> {
    const event = {
      workflow_run: {
        ...{ id: runId, run_attempt: 1, event: "pull_request" },
        ...{ head_sha: this.world.head, head_branch: "points" },
        ...{ html_url: "https://github.com/run", display_title: "preview of #7" },
        head_repository: headRepository,
      },
      repository: { full_name: "thorbis/stack" },
    };
    const options = { runId, ...(groups === undefined ? {} : { groups }) };
    const [comment] = await this.run("comment", { event }, options);
    if (comment === undefined) throw new Error("the workflow comment has no job");
    return comment;
  }

  /** Runs a workflow with a context `github`. */
  async run(
    name: string,
    github: Record<string, unknown>,
    { vars, contexts, runId = this.runId, ...more }: RunOptions = {},
  ): Promise<JobResult[]> {
    const { workspace, scratch, head, environment } = this.world;
    const eventFile = path.join(scratch, `event-${name}-${runId}.json`);
    writeFileSync(eventFile, JSON.stringify(github.event ?? {}));
    return await runWorkflow(name, {
      ...{ workspace, scratch },
      contexts: {
        github: { repository: "thorbis/stack", token, sha: head, ...github },
        vars: {
          PREVIEW_STACKS: '["dev"]',
          AWS_ROLE: "role",
          AWS_REGION: "us-east-1",
          PULUMI_BACKEND_URL: "s3://state",
          ...vars,
        },
        secrets: { SUPABASE_ACCESS_TOKEN: "sbp_secretOfTheEnvironment" },
        ...contexts,
      },
      environment: { ...environment, GITHUB_EVENT_PATH: eventFile, GITHUB_RUN_ID: String(runId) },
      ...more,
    });
  }
}
