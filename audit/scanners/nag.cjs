// Prints cdk-nag's report of a CloudFormation template: `node nag.cjs FOLDER TEMPLATE`. FOLDER has the packages.
const { createRequire } = require("node:module");
const path = require("node:path");

const [folder = "", templateFile] = process.argv.slice(2);
const installed = createRequire(path.join(folder, "package.json"));
const { App, Stack } = installed("aws-cdk-lib");
const { CfnInclude } = installed("aws-cdk-lib/cloudformation-include");
const { AwsSolutionsChecks } = installed("cdk-nag");

const app = new App({ analyticsReporting: false });
new CfnInclude(new Stack(app, "Audited"), "Template", { templateFile });
process.stdout.write(JSON.stringify(new AwsSolutionsChecks(app).validateScope(app)));
