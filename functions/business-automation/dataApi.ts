export type Row = Readonly<Record<string, unknown>>;

/** A table of an exposed schema. */
export interface Table {
  readonly schema: string;
  readonly name: string;
}

/** What the actions need of the Data API. Row-level security decides what each call sees and may do. */
export interface DataApi {
  /** Throws a DataApiError when the row is refused. */
  insert(table: Table, row: Row): Promise<Row>;
  /** Answers undefined when the caller sees no such row. */
  update(table: Table, key: Readonly<Record<string, string>>, changes: Row): Promise<Row | undefined>;
}

/** A refusal by the Data API. The text of the database is for the log; callers get a sentence of ours. */
export class DataApiError extends Error {
  override readonly name = "DataApiError";

  constructor(
    readonly status: number,
    /** SQLSTATE or PostgREST's own code, empty if there is none. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface RestOptions {
  /** The project's URL. */
  readonly url: string;
  readonly apiKey: string;
  /** The caller's own. */
  readonly accessToken: string;
  /** Default 10,000. */
  readonly timeoutMilliseconds?: number;
}

/** The Data API over HTTP (PostgREST). Two requests need no client library, and a function starts sooner without one. */
export function restDataApi(options: RestOptions): DataApi {
  const call = async (method: string, table: Table, filters: Row, body: Row): Promise<Row[]> => {
    const address = new URL(`/rest/v1/${encodeURIComponent(table.name)}`, options.url);
    for (const [column, value] of Object.entries(filters)) address.searchParams.set(column, `eq.${value}`);
    const response = await fetch(address, {
      method,
      headers: {
        apikey: options.apiKey,
        authorization: `Bearer ${options.accessToken}`,
        "content-type": "application/json",
        "content-profile": table.schema,
        prefer: "return=representation",
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(options.timeoutMilliseconds ?? 10_000),
    });
    if (!response.ok) throw await refusal(response);
    return (await response.json()) as Row[];
  };
  return {
    async insert(table, row) {
      const [inserted] = await call("POST", table, {}, row);
      if (inserted === undefined) throw new DataApiError(502, "", "the inserted row was not answered");
      return inserted;
    },
    async update(table, key, changes) {
      const [updated] = await call("PATCH", table, key, changes);
      return updated;
    },
  };
}

async function refusal(response: Response): Promise<DataApiError> {
  const text = await response.text();
  try {
    const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
    return new DataApiError(response.status, String(code ?? ""), String(message ?? text));
  } catch {
    return new DataApiError(response.status, "", text);
  }
}
