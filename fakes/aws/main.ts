import { serve } from "../../plugins/host/serve";
import { standIn } from "../engine/standIn";
import { aws } from "./table";

// The SDK announces when it will stop supporting this Node; it does not concern the reader of a preview.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

void serve(standIn(aws));
