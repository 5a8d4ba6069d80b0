import { describeError } from "../../foundation/userError";
import { ensureOfficialClients, type OfficialClients } from "../../local/officialClients/installation";

/** The official clients, or the reason why npm could not install them, in one sentence. */
export const clients: OfficialClients | string = await ensureOfficialClients((line) =>
  console.log(line),
).catch((error: unknown) => describeError(error));

/** The suffix of a suite's name, which gives the reason if the suite is skipped. */
export const reason = typeof clients === "string" ? ` (skipped: ${clients})` : "";
