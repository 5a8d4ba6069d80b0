import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { checkoutRoot } from "../../../foundation/checkout";

export interface StandInComment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

export interface StandInIssue {
  readonly number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  labels: { readonly name: string }[];
  readonly user: { readonly login: string };
  readonly comments: StandInComment[];
}

export interface StandInPull {
  readonly number: number;
  state: "open" | "closed";
  readonly user?: { readonly login: string };
  readonly head: {
    readonly label: string;
    readonly sha: string;
    readonly repo: { readonly full_name: string };
  };
}

export interface StandInJob {
  readonly name: string;
  readonly conclusion: string | null;
  readonly html_url: string;
}

export interface StandInCommit {
  readonly author: { readonly login: string } | null;
  readonly commit: { readonly message: string };
}

/** Responds instead of the API to the next matching requests, `times` times. */
export interface Fault {
  readonly method: string;
  readonly path: RegExp;
  readonly status: number;
  readonly body?: object;
  readonly headers?: Record<string, string>;
  /** Whether the request is executed nevertheless, as when a gateway times out. */
  readonly done?: boolean;
  /** Another client's work, before the response. */
  readonly meanwhile?: () => void;
  times: number;
}

/** The part of GitHub's REST API that ops/ uses, over HTTP, with pages, for one repository. */
export interface GitHubStandIn {
  readonly url: string;
  readonly issues: Map<number, StandInIssue>;
  readonly pulls: StandInPull[];
  /** Commits of any branch that are not in the base. */
  readonly ahead: StandInCommit[];
  /** Files of the repository on any branch; initially those of this checkout. */
  readonly files: Map<string, string>;
  /** By run and attempt: `17/1`. */
  readonly jobs: Map<string, StandInJob[]>;
  readonly faults: Fault[];
  /** Every request, as `GET /repos/…`. */
  readonly requests: string[];
  comments(issue: number): StandInComment[];
  addComment(issue: number, login: string, body: string): void;
  close(): Promise<void>;
}

export const repository = { owner: "thorbis", repo: "stack" };
export const token = "ghs_standInToken0123456789abcdef";
const bot = { login: "github-actions[bot]" };
const prefix = `/repos/${repository.owner}/${repository.repo}`;

export async function startGitHub(): Promise<GitHubStandIn> {
  const issues = new Map<number, StandInIssue>();
  const pulls: StandInPull[] = [];
  const ahead: StandInCommit[] = [];
  const files = new Map<string, string>();
  const fileOf = (name: string) => files.get(name) ?? readFileSync(path.join(checkoutRoot(), name), "utf8");
  const jobs = new Map<string, StandInJob[]>();
  const faults: Fault[] = [];
  const requests: string[] = [];
  let nextId = 1000;

  const issueOf = (number: number): StandInIssue => {
    const known = issues.get(number);
    if (known !== undefined) return known;
    const made: StandInIssue = {
      number,
      title: "",
      body: "",
      state: "open",
      labels: [],
      user: bot,
      comments: [],
    };
    issues.set(number, made);
    return made;
  };

  function answer(method: string, url: URL, input: Record<string, unknown>): [number, unknown] {
    const route = url.pathname.slice(prefix.length);
    const [, first = "", second = "", third = "", fourth = ""] = route.split("/");
    if (!url.pathname.startsWith(prefix)) return [404, { message: "Not Found" }];
    if (first === "pulls" && method === "GET") {
      const [state, head] = [url.searchParams.get("state"), url.searchParams.get("head")];
      const fits = (pull: StandInPull) => state === "all" || pull.state === state;
      return [200, pulls.filter((pull) => fits(pull) && (head === null || pull.head.label === head))];
    }
    if (route === "" && method === "GET") return [200, { default_branch: "main" }];
    if (first === "compare") return [200, { ahead_by: ahead.length, commits: ahead }];
    if (first === "git") return [method === "POST" ? 201 : 200, { object: { sha: "c".repeat(40) } }];
    if (first === "contents" && method === "GET") {
      const content = Buffer.from(fileOf(second)).toString("base64");
      return [200, { type: "file", content, sha: "d".repeat(40) }];
    }
    if (first === "contents" && method === "PUT") {
      files.set(second, Buffer.from(String(input.content), "base64").toString());
      return [200, {}];
    }
    if (first === "pulls" && method === "PATCH") {
      const pull = pulls.find(({ number }) => number === Number(second));
      if (pull === undefined) return [404, { message: "Not Found" }];
      return [200, Object.assign(pull, input)];
    }
    if (first === "pulls" && method === "POST") return [201, { number: nextId++ }];
    if (first === "actions" && method === "GET") {
      const [, , , run, , attempt] = route.split("/");
      return [200, { total_count: 1, jobs: jobs.get(`${run}/${attempt}`) ?? [] }];
    }
    if (first === "issues" && second === "comments") {
      const owner = [...issues.values()].find(({ comments }) =>
        comments.some(({ id }) => id === Number(third)),
      );
      const found = owner?.comments.find(({ id }) => id === Number(third));
      if (owner === undefined || found === undefined) return [404, { message: "Not Found" }];
      if (method === "GET") return [200, found];
      if (method === "DELETE") owner.comments.splice(owner.comments.indexOf(found), 1);
      else found.body = String(input.body);
      return method === "DELETE" ? [204, undefined] : [200, found];
    }
    if (first === "issues" && third === "comments") {
      const { comments } = issueOf(Number(second));
      if (method === "GET") return [200, comments];
      if (String(input.body).length > 65_536) {
        return [
          422,
          { message: "Validation Failed", errors: ["body is too long (maximum is 65536 characters)"] },
        ];
      }
      const comment = { id: nextId++, body: String(input.body), user: bot };
      comments.push(comment);
      return [201, comment];
    }
    if (first === "issues" && second === "" && method === "GET") {
      const [state, label] = [url.searchParams.get("state"), url.searchParams.get("labels")];
      const fits = (issue: StandInIssue) =>
        (state === "all" || issue.state === state) &&
        (label === null || issue.labels.some(({ name }) => name === label));
      return [200, [...issues.values()].filter(fits)];
    }
    if (first === "issues" && second === "" && method === "POST") {
      const issue = issueOf(nextId++);
      issue.title = String(input.title);
      issue.body = String(input.body);
      issue.labels = (input.labels as string[]).map((name) => ({ name }));
      return [201, issue];
    }
    if (first === "issues" && fourth === "" && third === "" && method === "PATCH") {
      Object.assign(issueOf(Number(second)), input);
      return [200, issueOf(Number(second))];
    }
    return [404, { message: "Not Found" }];
  }

  const server = createServer((request, response) => {
    void readAll(request).then((text) => {
      const method = request.method ?? "GET";
      const url = new URL(request.url ?? "/", "http://stand-in");
      requests.push(`${method} ${url.pathname}`);
      if (request.headers.authorization !== `token ${token}`) {
        return send(response, 401, { message: "Bad credentials" });
      }
      const fault = faults.find(
        (each) => each.times > 0 && each.method === method && each.path.test(url.pathname),
      );
      const input = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
      if (fault !== undefined) {
        fault.times -= 1;
        if (fault.done === true) answer(method, url, input);
        fault.meanwhile?.();
        return send(response, fault.status, fault.body ?? { message: "fault" }, { headers: fault.headers });
      }
      const [status, body] = answer(method, url, input);
      if (Array.isArray(body)) return sendPage(response, url, body);
      return send(response, status, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    issues,
    pulls,
    ahead,
    files,
    jobs,
    faults,
    requests,
    comments: (issue) => issueOf(issue).comments,
    addComment: (issue, login, body) => {
      issueOf(issue).comments.push({ id: nextId++, body, user: { login } });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sendPage(response: ServerResponse, url: URL, items: unknown[]): void {
  const size = Number(url.searchParams.get("per_page") ?? 30);
  const page = Number(url.searchParams.get("page") ?? 1);
  const next = new URL(url);
  next.searchParams.set("page", String(page + 1));
  const host = response.req.headers.host;
  const more = items.length > page * size;
  const link = `<http://${host}${next.pathname}${next.search}>; rel="next"`;
  send(response, 200, items.slice((page - 1) * size, page * size), { headers: more ? { link } : {} });
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  { headers = {} }: { readonly headers?: Record<string, string> | undefined } = {},
): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}
