import { serve } from "../../host/serve";
import { supabasex } from "./provider";

void serve(supabasex);
