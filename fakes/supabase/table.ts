import type { ManagementApi } from "../../foundation/managementApi";
import type { Table } from "../engine/table";
import { config, connect } from "./client";
import { functions } from "./functions";
import { apikey } from "./resources/apikey";
import { branch } from "./resources/branch";
import { edgeFunction } from "./resources/edgeFunction";
import { edgeFunctionSecrets } from "./resources/edgeFunctionSecrets";
import { project } from "./resources/project";
import { settings } from "./resources/settings";
import { thirdPartyAuth } from "./resources/thirdPartyAuth";

/** The bridged community provider: plugin terraform-provider 1.1.3, parameterized as supabase 1.10.1. */
export const table: Table<ManagementApi> = {
  package: "supabase",
  plugin: { name: "terraform-provider", version: "1.1.3" },
  parameterized: { version: "1.10.1" },
  config,
  connect,
  resources: {
    "supabase:index/project:Project": project,
    "supabase:index/settings:Settings": settings,
    "supabase:index/branch:Branch": branch,
    "supabase:index/apikey:Apikey": apikey,
    "supabase:index/edgeFunction:EdgeFunction": edgeFunction,
    "supabase:index/edgeFunctionSecrets:EdgeFunctionSecrets": edgeFunctionSecrets,
    "supabase:index/thirdPartyAuth:ThirdPartyAuth": thirdPartyAuth,
  },
  functions,
};
