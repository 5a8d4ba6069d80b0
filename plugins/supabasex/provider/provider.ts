import { UserError } from "../../../foundation/userError";
import type { Provider } from "../../provider-host/provider";
import { awsWatch } from "./awsWatch/resource";
import { edgeFunctionDeployment } from "./edgeFunction/resource";
import { platformSettings } from "./platformSettings/resource";
import { projectWatch } from "./projectWatch/resource";
import type { Resource } from "./resource";
import { sqlBundle } from "./sqlBundle/resource";

/** Resources by type token. */
const resources: Readonly<Record<string, Resource>> = {
  "supabasex:index:AwsWatch": awsWatch,
  "supabasex:index:EdgeFunctionDeployment": edgeFunctionDeployment,
  "supabasex:index:PlatformSettings": platformSettings,
  "supabasex:index:ProjectWatch": projectWatch,
  "supabasex:index:SqlBundle": sqlBundle,
};

function resource(type: string): Resource {
  const found = resources[type];
  if (found === undefined) throw new UserError(`supabasex has no resource type ${type}.`);
  return found;
}

/** The provider for resources that no published provider covers. */
export const supabasex: Provider = {
  name: "supabasex",
  version: "0.1.0",
  check: async (request, context) => resource(request.type).check(request, context),
  diff: async (request, context) => resource(request.type).diff(request, context),
  create: async (request, context) => resource(request.type).create(request, context),
  read: async (request, context) => resource(request.type).read(request, context),
  update: async (request, context) => resource(request.type).update(request, context),
  delete: async (request, context) => resource(request.type).delete(request, context),
};
