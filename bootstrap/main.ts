import path from "node:path";
import { declareAccount } from "./account";
import { loadSettings } from "./settings";

export const { stateUrl, imageRepositoryUrl, environments } = declareAccount(
  loadSettings(path.dirname(process.cwd())),
);
