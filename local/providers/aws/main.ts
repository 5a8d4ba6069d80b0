import { serve } from "../../../plugins/host/serve";
import { standIn } from "../engine/standIn";
import { aws } from "./table";

void serve(standIn(aws));
