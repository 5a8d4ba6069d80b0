import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerWritableStream,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import * as language from "@pulumi/pulumi/proto/language_pb";
import {
  PackageDependency,
  PackageParameterization,
  PluginDependency,
  PluginInfo,
} from "@pulumi/pulumi/proto/plugin_pb";
import { version as sdkVersion } from "@pulumi/pulumi/version";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Child, Children } from "./children";
import { programDependencies, type RequiredPackage, requiredPackages } from "./packages";
import { pluginCommand } from "./plugin";
import { programCommand, programResult } from "./program";
import { readRuntimeOptions } from "./runtimeOptions";

/** How long a plugin may take to exit before it is killed. */
const pluginGraceMilliseconds = 2_000;

/**
 * Returns the handlers of the calls that the engine makes to a Node.js host. All others (code generation, templates, packing) return
 * "unimplemented", which the engine accepts.
 */
export function createHandlers(
  engine: { readonly engineAddress: string; readonly tracing: string },
  children: Children,
): UntypedServiceImplementation {
  let engineAddress = engine.engineAddress;
  const running = new Set<Child>();
  let cancelled = false;

  return {
    handshake: unary((request: language.LanguageHandshakeRequest) => {
      engineAddress = request.getEngineAddress() || engineAddress;
      return new language.LanguageHandshakeResponse();
    }),

    getPluginInfo: unary(() => new PluginInfo().setVersion(sdkVersion)),

    getRequiredPackages: unary((request: language.GetRequiredPackagesRequest) => {
      const required = requiredPackages(request.getInfo()?.getProgramDirectory() ?? process.cwd());
      return new language.GetRequiredPackagesResponse().setPackagesList(required.map(packageDependency));
    }),

    getRequiredPlugins: unary((request: language.GetRequiredPluginsRequest) => {
      const required = requiredPackages(request.getInfo()?.getProgramDirectory() || request.getPwd());
      return new language.GetRequiredPluginsResponse().setPluginsList(required.map(pluginDependency));
    }),

    run: unary(async (request: language.RunRequest, whenCancelled) => {
      const { command, args, cwd, environment } = programCommand(
        request,
        { address: engineAddress, tracing: engine.tracing },
        process.env,
      );
      // The engine shows our output as the program's.
      const program = children.spawn(command, args, {
        cwd,
        env: environment,
        stdio: ["ignore", "inherit", "inherit"],
      });
      running.add(program);
      whenCancelled(() => program.process.kill("SIGKILL"));
      const exit = await program.exit.finally(() => running.delete(program));
      const { error, bail } = cancelled ? { error: "", bail: true } : programResult(exit);
      return new language.RunResponse().setError(error).setBail(bail);
    }),

    runPlugin: streaming(
      async (call: ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>) => {
        const { command, args, cwd, environment } = pluginCommand(call.request);
        const plugin = children.spawn(command, args, {
          cwd,
          env: environment,
          stdio: ["ignore", "pipe", "pipe"],
        });
        call.on("cancelled", () => endSoon(plugin));
        plugin.process.stdout?.on("data", (bytes: Buffer) =>
          call.write(new language.RunPluginResponse().setStdout(bytes)),
        );
        plugin.process.stderr?.on("data", (bytes: Buffer) =>
          call.write(new language.RunPluginResponse().setStderr(bytes)),
        );
        const exit = await plugin.exit;
        call.write(new language.RunPluginResponse().setExitcode("code" in exit ? exit.code : 1));
      },
    ),

    about: unary((request: language.AboutRequest) => {
      const response = new language.AboutResponse()
        .setExecutable(process.execPath)
        .setVersion(process.version);
      response.getMetadataMap().set("packagemanager", readRuntimeOptions(request.getInfo()).packageManager);
      return response;
    }),

    getProgramDependencies: unary((request: language.GetProgramDependenciesRequest) => {
      const directory = request.getInfo()?.getProgramDirectory() || request.getPwd();
      const dependencies = programDependencies(directory, request.getTransitivedependencies());
      return new language.GetProgramDependenciesResponse().setDependenciesList(
        dependencies.map(({ name, version }) =>
          new language.DependencyInfo().setName(name).setVersion(version),
        ),
      );
    }),

    installDependencies: streaming(
      async (
        call: ServerWritableStream<language.InstallDependenciesRequest, language.InstallDependenciesResponse>,
      ) => {
        const { packageManager } = readRuntimeOptions(call.request.getInfo());
        const install = children.spawn(packageManager, ["install"], {
          cwd: call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory(),
          stdio: ["ignore", "pipe", "pipe"],
        });
        running.add(install);
        call.on("cancelled", () => install.process.kill("SIGTERM"));
        install.process.stdout?.on("data", (bytes: Buffer) =>
          call.write(new language.InstallDependenciesResponse().setStdout(bytes)),
        );
        install.process.stderr?.on("data", (bytes: Buffer) =>
          call.write(new language.InstallDependenciesResponse().setStderr(bytes)),
        );
        const exit = await install.exit.finally(() => running.delete(install));
        if (!("code" in exit) || exit.code !== 0) {
          throw new Error(`${packageManager} install failed: see its message above.`);
        }
      },
    ),

    // Plugins receive the engine's Cancel themselves and must be able to finish running operations.
    cancel: unary(() => {
      cancelled = true;
      for (const child of running) child.process.kill("SIGTERM");
      return new Empty();
    }),
  };
}

function endSoon(plugin: Child): void {
  plugin.process.kill("SIGTERM");
  const timer = setTimeout(() => plugin.process.kill("SIGKILL"), pluginGraceMilliseconds);
  const stop = () => clearTimeout(timer);
  plugin.exit.then(stop, stop);
}

function packageDependency(required: RequiredPackage): PackageDependency {
  const dependency = new PackageDependency()
    .setName(required.name)
    .setKind("resource")
    .setVersion(required.version)
    .setServer(required.server);
  if (required.parameterization !== undefined) {
    const { name, version, value } = required.parameterization;
    dependency.setParameterization(
      new PackageParameterization().setName(name).setVersion(version).setValue(value),
    );
  }
  return dependency;
}

function pluginDependency(required: RequiredPackage): PluginDependency {
  return new PluginDependency()
    .setName(required.name)
    .setKind("resource")
    .setVersion(required.version)
    .setServer(required.server);
}

type WhenCancelled = (callback: () => void) => void;

function unary<Request, Response>(
  handle: (request: Request, whenCancelled: WhenCancelled) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request, (onCancelled) => call.on("cancelled", onCancelled)))
      .then(
        (response) => callback(null, response),
        (error: Error) => callback({ code: status.UNKNOWN, details: error.message }),
      );
  };
}

function streaming<Request, Response>(
  handle: (call: ServerWritableStream<Request, Response>) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    Promise.resolve()
      .then(() => handle(call))
      .then(
        () => call.end(),
        (error: Error) => call.emit("error", { code: status.UNKNOWN, details: error.message }),
      );
  };
}
