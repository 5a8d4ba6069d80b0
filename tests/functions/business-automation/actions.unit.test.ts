import { expect, test } from "vitest";
import { handlerOn, request, tenantId, workOrder } from "./support";

const customerId = "44444444-4444-4444-8444-444444444444";

/** Returns the errors for which a request is refused, as `field problem`. */
async function issuesOf(action: string, data: unknown): Promise<string[]> {
  const { handle, calls } = handlerOn();
  const response = await handle(request({ action, data }));
  expect(response.status).toBe(422);
  expect(calls).toEqual([]);
  const { faults } = (await response.json()) as { faults: { field: string; problem: string }[] };
  return faults.map(({ field, problem }) => `${field} ${problem}`);
}

test("create_work_order accepts all fields of a work order", async () => {
  const { handle, calls } = handlerOn();
  const data = {
    ...workOrder,
    technician_id: customerId,
    scheduled_at: "2026-12-01T09:00:00+01:00",
    notes: "  Ring twice  ",
    metadata: { source: "phone" },
  };

  const response = await handle(request({ action: "create_work_order", data }));

  expect(response.status).toBe(201);
  expect(calls.map(({ values }) => values)).toEqual([{ ...data, notes: "Ring twice", tenant_id: tenantId }]);
});

test("create_work_order reports all errors at once", async () => {
  const data = {
    customer_id: 7,
    service_type: "  ",
    scheduled_at: "tomorrow",
    metadata: [],
    status: "completed",
  };

  expect((await issuesOf("create_work_order", data)).sort()).toEqual([
    "data.customer_id must be a UUID",
    "data.metadata must be an object",
    "data.scheduled_at must be a time such as 2026-01-31T09:00:00Z",
    "data.service_type must not be empty",
    "data.status is not known",
  ]);
});

test.each([undefined, null, [], "text"])("create_work_order refuses %j as data", async (data) => {
  expect(await issuesOf("create_work_order", data)).toEqual(["data must be an object"]);
});

test("update_customer changes the given fields, in the row of the caller's tenant", async () => {
  const { handle, calls } = handlerOn({ id: customerId });
  const changes = { email: null, phone: "+49 40 123456", tags: ["vip"], address: { city: "Hamburg" } };

  const response = await handle(request({ action: "update_customer", data: { id: customerId, ...changes } }));

  expect(response.status).toBe(200);
  expect(calls.map(({ verb, table, key, values }) => ({ verb, table, key, values }))).toEqual([
    {
      verb: "update",
      table: { schema: "shared", name: "customers" },
      key: { tenant_id: tenantId, id: customerId },
      values: changes,
    },
  ]);
});

test("update_customer returns 404 for a row that the caller does not see, whether it exists or not", async () => {
  const { handle } = handlerOn(null);
  const body = { action: "update_customer", data: { id: customerId, first_name: "Ada" } };

  const response = await handle(request(body));

  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ error: "The row does not exist." });
});

test("update_customer reports all errors", async () => {
  expect(await issuesOf("update_customer", { id: customerId })).toEqual([
    "data must contain a field to change",
  ]);
  const data = {
    id: "1",
    email: "nobody",
    phone: "none",
    first_name: "",
    pii_restricted: false,
    tags: ["", 1],
  };
  expect((await issuesOf("update_customer", data)).sort()).toEqual([
    "data.email must be an email address",
    "data.first_name must not be empty",
    "data.id must be a UUID",
    "data.phone must be a phone number",
    "data.pii_restricted is not known",
    "data.tags.0 must not be empty",
    "data.tags.1 must be a string",
  ]);
});
