import { coverageProperty, coverageVersion } from "../coverage";
import { type Kind, number } from "./kind";

/** The version of the server that printed the properties, and what the read covers. */
export const server: Kind = {
  identity: `'server'`,
  properties: {
    majorVersion: number(`current_setting('server_version_num')::integer / 10000`),
    [coverageProperty]: number(`${coverageVersion}`),
  },
  from: `(select) only_row`,
};
