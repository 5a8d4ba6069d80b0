import { type Kind, number } from "./kind";

/** The version that printed everything else. */
export const server: Kind = {
  identity: `'server'`,
  properties: {
    majorVersion: number(`current_setting('server_version_num')::integer / 10000`),
  },
  from: `(select) only_row`,
};
