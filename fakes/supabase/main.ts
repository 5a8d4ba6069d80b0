import { serve } from "../../plugins/provider-host/serve";
import { provider } from "./provider";

void serve(provider);
