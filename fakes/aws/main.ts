import { serve } from "../../plugins/provider-host/serve";
import { standIn } from "../engine/standIn";
import { aws } from "./table";

// Hides the SDK's warning about the end of support for this version of Node, which would appear in every preview.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

void serve(standIn(aws));
