import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { localAccessToken } from "../../../local/environment";

export interface McpTool {
  readonly name: string;
}

export interface McpAnswer {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
}

/** The official MCP server, as a coding agent runs it: a child process with JSON-RPC over stdio. */
export class McpServer {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: { result?: unknown; error?: unknown }) => void>();
  #count = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new Error("The MCP server has no standard output.");
    createInterface({ input: child.stdout }).on("line", (line) => {
      const message = JSON.parse(line) as { id: number; result?: unknown; error?: unknown };
      this.#waiting.get(message.id)?.(message);
    });
  }

  /** Starts the server for one project, with all tools except those that search the documentation on the web. */
  static async start(program: string, projectRef: string, apiUrl: string): Promise<McpServer> {
    const features = "account,database,debugging,development,functions,branching,storage";
    const options = ["--access-token", localAccessToken, "--project-ref", projectRef];
    const child = spawn(
      process.execPath,
      [program, ...options, "--api-url", apiUrl, "--features", features],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    const server = new McpServer(child);
    const clientInfo = { name: "tests", version: "1" };
    await server.#request("initialize", { protocolVersion: "2025-03-26", capabilities: {}, clientInfo });
    server.#send({ method: "notifications/initialized" });
    return server;
  }

  async tools(): Promise<McpTool[]> {
    return ((await this.#request("tools/list", {})) as { tools: McpTool[] }).tools;
  }

  async call(name: string, args: Readonly<Record<string, unknown>>): Promise<McpAnswer> {
    return (await this.#request("tools/call", { name, arguments: args })) as McpAnswer;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill();
    await ended;
  }

  async #request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#count;
    const answer = new Promise<{ result?: unknown; error?: unknown }>((resolve) =>
      this.#waiting.set(id, resolve),
    );
    this.#send({ id, method, params });
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(JSON.stringify(error));
    return result;
  }

  #send(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }
}
