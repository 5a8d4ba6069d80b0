import { expect } from "vitest";
import { poolerPort } from "../support";
import type { Step } from "./step";

/** Returns the calls during the life of the data sources of a project. */
export function dataSources(ref: string): readonly Step[] {
  return [
    {
      call: "GET /projects/{ref}/api-keys?reveal=true",
      status: 200,
      answer: [
        expect.objectContaining({ name: "anon", type: "legacy" }),
        expect.objectContaining({ name: "service_role", type: "legacy" }),
        expect.objectContaining({ name: "default", type: "publishable" }),
        expect.objectContaining({ name: "default", type: "secret" }),
      ],
    },
    {
      call: "POST /projects/{ref}/network-bans/retrieve",
      status: 201,
      answer: { banned_ipv4_addresses: [] },
    },
    {
      call: "GET /projects/{ref}/config/database/pooler",
      status: 200,
      answer: [
        expect.objectContaining({
          database_type: "PRIMARY",
          pool_mode: "transaction",
          db_user: `postgres.${ref}`,
          connection_string: `postgresql://postgres.${ref}:[YOUR-PASSWORD]@127.0.0.1:${poolerPort}/postgres`,
        }),
      ],
    },
  ];
}
