import { describeError } from "../../foundation/userError";
import { ensureOfficialClients, type OfficialClients } from "../../local/officialClients/installation";

/** The official clients, or in one sentence why npm could not install them. */
export const clients: OfficialClients | string = await ensureOfficialClients((line) =>
  console.log(line),
).catch((error: unknown) => describeError(error));

/** What a suite that needs them adds to its name, so that a skipped one says why. */
export const reason = typeof clients === "string" ? ` (skipped: ${clients})` : "";
