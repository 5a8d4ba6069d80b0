import { serve } from "../../plugins/host/serve";
import { provider } from "./provider";

void serve(provider);
