import { readFileSync } from "node:fs";
import { UserError } from "../../foundation/userError";

/** Information about the run, from the variables that GitHub documents. */
export interface GitHubContext {
  readonly owner: string;
  readonly repo: string;
  readonly apiUrl: string;
  readonly token: string;
  /** The address of the run's page. */
  readonly runUrl: string;
  /** Increases with every run of the repository, and with every attempt of a run. */
  readonly run: RunNumber;
}

export interface RunNumber {
  readonly id: number;
  readonly attempt: number;
}

/** Reads the variables of a runner. Throws a UserError that names a missing one. */
export function gitHubContext(environment: NodeJS.ProcessEnv = process.env): GitHubContext {
  const required = (name: string, why: string) => {
    const value = environment[name];
    if (value === undefined || value === "") throw new UserError(`${name} is not set: ${why}`);
    return value;
  };
  const runs = "this program runs in a GitHub workflow, which sets it.";
  const [owner = "", repo = ""] = required("GITHUB_REPOSITORY", runs).split("/");
  const server = environment.GITHUB_SERVER_URL ?? "https://github.com";
  const id = Number(required("GITHUB_RUN_ID", runs));
  return {
    owner,
    repo,
    apiUrl: environment.GITHUB_API_URL ?? "https://api.github.com",
    token: required("GITHUB_TOKEN", "give the step the job's token, `github.token`, under this name."),
    runUrl: `${server}/${owner}/${repo}/actions/runs/${id}`,
    run: { id, attempt: Number(environment.GITHUB_RUN_ATTEMPT ?? 1) },
  };
}

/** Returns the event that started the run. */
export function gitHubEvent(environment: NodeJS.ProcessEnv = process.env): unknown {
  const file = environment.GITHUB_EVENT_PATH;
  if (file === undefined || file === "") {
    throw new UserError(
      "GITHUB_EVENT_PATH is not set: this program runs in a GitHub workflow, which sets it.",
    );
  }
  return JSON.parse(readFileSync(file, "utf8"));
}
