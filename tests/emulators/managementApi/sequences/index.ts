import { apiKey } from "./apiKey";
import { branch } from "./branch";
import { dataSources } from "./dataSources";
import { functionSecrets } from "./functionSecrets";
import { project } from "./project";
import { settings } from "./settings";
import type { Step } from "./step";
import { thirdPartyIssuer } from "./thirdPartyIssuer";

/** The sequences by the name of their resource. Each gets the ref of the project. */
export const sequences: Readonly<Record<string, (ref: string) => readonly Step[]>> = {
  "a project": project,
  "its settings": settings,
  "a branch": branch,
  "an API key": apiKey,
  "the secrets of edge functions": functionSecrets,
  "a third-party issuer": thirdPartyIssuer,
  "its data sources": dataSources,
};
