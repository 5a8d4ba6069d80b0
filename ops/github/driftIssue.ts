import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../../foundation/json";
import { renderMarkdown } from "../report/markdown/render";
import type { Report } from "../report/model";
import { type GitHubClient, sayingWhy } from "./client";
import { commentUnlessLocked } from "./comments";
import type { GitHubContext } from "./context";
import { botLogin } from "./stickyComment";

const label = "drift";

export interface DriftIssue {
  readonly report: Report;
  /** Whether the drift needs attention. */
  readonly isOpen: boolean;
}

export type IssueOutcome = "no issue needed" | "opened" | "updated" | "unchanged" | "closed";

/**
 * Keeps one issue per stack: opens it when there is drift, updates its text, comments when new drift appears, and closes it
 * when there is none. Issues of other authors are not changed.
 */
export async function writeDriftIssue(
  client: GitHubClient,
  context: GitHubContext,
  { report, isOpen }: DriftIssue,
): Promise<IssueOutcome> {
  const { owner, repo } = context;
  const target = { owner, repo };
  const start = `<!-- thorbis drift ${report.stack}: `;
  const digest = digestOf(report);
  const textWith = (announced: string) =>
    renderMarkdown(report, { prefix: `${start}${announced} -->`, link: context.runUrl });
  const body = textWith(digest);
  return await sayingWhy("keep the issue about drift", "issues: write", async () => {
    // Regardless of the label, which GitHub may not set and a user may remove: otherwise every search would open another issue.
    const issues = await client.paginate("GET /repos/{owner}/{repo}/issues", {
      ...target,
      state: "open",
      per_page: 100,
    });
    const [issue, ...others] = issues
      .filter(({ body: text, user }) => user?.login === botLogin && (text ?? "").startsWith(start))
      .sort((one, other) => one.number - other.number);
    const update = async (number: number, changes: { body?: string; state?: "open" | "closed" }) =>
      await client.request("PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
        ...target,
        issue_number: number,
        ...changes,
      });
    const comment = async (number: number, text: string) =>
      await commentUnlessLocked(client, { ...target, issue_number: number, body: text });
    for (const { number } of others) await update(number, { state: "closed" });

    if (issue === undefined) {
      if (!isOpen) return "no issue needed";
      const title = `Drift of stack ${report.stack}`;
      await client.request("POST /repos/{owner}/{repo}/issues", { ...target, title, body, labels: [label] });
      return "opened";
    }
    if (!isOpen) {
      await update(issue.number, { body, state: "closed" });
      await comment(issue.number, `The drift is gone. [Workflow run](${context.runUrl})`);
      return "closed";
    }
    const announced = digestIn(issue.body ?? "", start);
    if (announced === digest) return "unchanged";
    // The text is current even if the comment fails. Its digest says what watchers know, so it changes after the comment.
    await update(issue.number, { body: textWith(announced) });
    const marker = `<!-- thorbis drift: ${digest} -->`;
    const comments = await client.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      ...target,
      issue_number: issue.number,
      per_page: 100,
    });
    const last = comments.filter(({ user }) => user?.login === botLogin).at(-1);
    // A run that failed after its comment has announced this drift already.
    if (!(last?.body ?? "").startsWith(marker)) {
      const sentence = `The drift has changed: ${report.verdict.sentence}`;
      await comment(issue.number, `${marker}\n${sentence} [Workflow run](${context.runUrl})`);
    }
    await update(issue.number, { body });
    return "updated";
  });
}

/** Returns the digest in the marker of an issue. */
function digestIn(body: string, start: string): string {
  const [, digest = ""] = /^([0-9a-f]*) -->/.exec(body.slice(start.length)) ?? [];
  return digest;
}

/** Returns a key that is identical for the same drift at any time. The engine works on several resources at a time, so their order varies. */
function digestOf({ drift, changes, warnings }: Report): string {
  const texts = [drift, changes, warnings].map((entries) =>
    entries.map((entry) => canonicalJson(entry as unknown as JsonValue)).sort(),
  );
  return createHash("sha256").update(canonicalJson(texts)).digest("hex").slice(0, 16);
}
