import type { Database } from "../_shared/database.types.ts";

type Tables<Schema extends keyof Database> = Database[Schema]["Tables"];

/** A table of an exposed schema. */
export type Table = {
  [Schema in keyof Database]: { readonly schema: Schema; readonly name: keyof Tables<Schema> & string };
}[keyof Database];

/** The generated types of a table. */
type Shape<T extends Table> = T extends { readonly schema: infer Schema extends keyof Database }
  ? T["name"] extends keyof Tables<Schema>
    ? Tables<Schema>[T["name"]]
    : never
  : never;

/** The columns that an action may use: `Row` to read, `Insert` and `Update` to write. */
export type Columns<T extends Table, Use extends "Row" | "Insert" | "Update"> =
  Shape<T> extends Record<Use, infer Found extends object> ? Readonly<Found> : never;

/** Columns of a row to write. A column that is undefined is not sent. */
export type Given<Row> = {
  readonly [Name in keyof Row]: object extends Pick<Row, Name> ? Row[Name] | undefined : Row[Name];
};

/** The Data API calls that the actions use. Row-level security decides what each call may see and do. */
export interface DataApi {
  /** Throws a DataApiError if the row is refused. */
  insert<T extends Table>(table: T, row: Given<Columns<T, "Insert">>): Promise<Columns<T, "Row">>;
  /** Returns undefined if the caller sees no such row. */
  update<T extends Table>(
    table: T,
    key: Readonly<Record<string, string>>,
    changes: Given<Columns<T, "Update">>,
  ): Promise<Columns<T, "Row"> | undefined>;
}

/** An error of the Data API. The database's message goes to the log; callers get our own message. */
export class DataApiError extends Error {
  override readonly name = "DataApiError";

  constructor(
    readonly status: number,
    /** SQLSTATE or PostgREST's own code. Empty if there is none. */
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
  /** The caller's access token. */
  readonly accessToken: string;
  /** Default 10,000. */
  readonly timeoutMilliseconds?: number | undefined;
}

/** Returns the Data API over HTTP (PostgREST). It uses no client library, because the function starts faster without one. */
export function restDataApi(options: RestOptions): DataApi {
  const call = async <T extends Table>(
    method: string,
    table: T,
    filters: Readonly<Record<string, string>>,
    { body }: { readonly body: object },
  ): Promise<Columns<T, "Row">[]> => {
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
    return (await response.json()) as Columns<T, "Row">[];
  };
  return {
    async insert(table, row) {
      const [inserted] = await call("POST", table, {}, { body: row });
      if (inserted === undefined) throw new DataApiError(502, "", "the inserted row was not returned");
      return inserted;
    },
    async update(table, key, changes) {
      const [updated] = await call("PATCH", table, key, { body: changes });
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
