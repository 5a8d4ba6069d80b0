import { serve } from "../../provider-host/serve";
import { supabasex } from "./provider";

void serve(supabasex);
