import { serve } from "../../plugins/provider-host/serve";
import { standIn } from "../engine/standIn";
import { postgresql } from "./table";

void serve(standIn(postgresql));
