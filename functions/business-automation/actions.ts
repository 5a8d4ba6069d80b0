import * as z from "zod/mini";
import type { DataApi, Table } from "./dataApi.ts";

/** The result of an action: the row and its status. A missing row is a 404. */
export interface ActionResult {
  readonly status: 200 | 201 | 404;
  readonly row?: object;
}

/** An error in `data`, by field. */
export interface Issue {
  readonly field: string;
  readonly problem: string;
}

export type Prepared =
  | { readonly issues: readonly Issue[] }
  | { run(dataApi: DataApi, tenantId: string): Promise<ActionResult> };

/** Checks all of the data before any call to the database. */
type Action = (data: unknown) => Prepared;

const workOrders = { schema: "home_services", name: "work_orders" } as const satisfies Table;
const customers = { schema: "shared", name: "customers" } as const satisfies Table;

const text = (longest: number) =>
  z
    .string("must be a string")
    .check(
      z.trim(),
      z.minLength(1, "must not be empty"),
      z.maxLength(longest, `must have at most ${longest} characters`),
    );
const id = z.guid("must be a UUID");
const moment = z.iso.datetime({ offset: true, error: "must be a time such as 2026-01-31T09:00:00Z" });
const object = z.record(z.string(), z.json(), "must be an object");

const workOrder = z.strictObject(
  {
    customer_id: id,
    service_type: text(200),
    technician_id: z.optional(id),
    scheduled_at: z.optional(moment),
    notes: z.optional(text(20_000)),
    metadata: z.optional(object),
  },
  "must be an object",
);

const customerChanges = z.strictObject(
  {
    id,
    email: z.optional(z.nullable(z.email("must be an email address"))),
    first_name: z.optional(text(200)),
    last_name: z.optional(text(200)),
    phone: z.optional(
      z.nullable(
        z.string("must be a string").check(z.regex(/^\+?[0-9][0-9 ().-]{4,30}$/, "must be a phone number")),
      ),
    ),
    address: z.optional(z.nullable(object)),
    preferences: z.optional(object),
    tags: z.optional(
      z.array(text(100), "must be a list").check(z.maxLength(100, "must have at most 100 entries")),
    ),
  },
  "must be an object",
);

/** By the name in the request. */
export const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  [
    "create_work_order",
    (data) => {
      const parsed = z.safeParse(workOrder, data);
      if (!parsed.success) return { issues: issuesOf(parsed.error) };
      return {
        run: async (dataApi, tenantId) => ({
          status: 201,
          row: await dataApi.insert(workOrders, { ...parsed.data, tenant_id: tenantId }),
        }),
      };
    },
  ],
  [
    "update_customer",
    (data) => {
      const parsed = z.safeParse(customerChanges, data);
      if (!parsed.success) return { issues: issuesOf(parsed.error) };
      const { id, ...changes } = parsed.data;
      if (Object.keys(changes).length === 0) {
        return { issues: [{ field: "data", problem: "must contain a field to change" }] };
      }
      return {
        run: async (dataApi, tenantId) => {
          const row = await dataApi.update(customers, { tenant_id: tenantId, id }, changes);
          return row === undefined ? { status: 404 } : { status: 200, row };
        },
      };
    },
  ],
]);

function issuesOf(error: z.core.$ZodError): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    const field = ["data", ...issue.path.map(String)].join(".");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ field: `${field}.${key}`, problem: "is not known" }));
    }
    return [{ field, problem: issue.message }];
  });
}
