import { type GitHubClient, statusOf } from "./client";

export interface NewComment {
  readonly owner: string;
  readonly repo: string;
  readonly issue_number: number;
  readonly body: string;
}

/** Comments on an issue or a pull request. If it is locked, GitHub refuses comments, and the comment is left out. */
export async function commentUnlessLocked(client: GitHubClient, comment: NewComment): Promise<void> {
  try {
    await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", { ...comment });
  } catch (error) {
    if (statusOf(error) !== 403 || !/\blocked\b/i.test(String(error))) throw error;
  }
}
