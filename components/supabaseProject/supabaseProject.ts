import * as pulumi from "@pulumi/pulumi";
import { getApikeysOutput, getPoolerOutput, Project, Settings } from "@pulumi/supabase";
import { PlatformSettings } from "../../plugins/supabasex/sdk";
import { Component, containedIn } from "../component";
import type { DatabaseConnection } from "../databaseConnection";
import {
  connectionOf,
  type DatabaseEndpoint,
  directEndpoint,
  poolerEndpoint,
  sessionPoolerEndpoint,
} from "./connections";
import { networkSettings } from "./networkSettings";
import { type ProjectSections, projectSections } from "./sections";
import { optionalSettingsJson, settingsJson } from "./settingsJson";
import type { SupabaseProjectArgs } from "./supabaseProjectArgs";

/** Keys of the project's APIs, all secret. A key that the project does not have is empty. */
export interface ApiKeys {
  /** Legacy JWT of the role anon; empty if legacy keys are disabled. */
  readonly anonKey: pulumi.Output<string>;
  /**
   * Legacy JWT of the role service_role, which bypasses row-level security: only for servers. Empty like the anon key.
   */
  readonly serviceRoleKey: pulumi.Output<string>;
  /** What clients should use instead of the anon key. */
  readonly publishableKey: pulumi.Output<string>;
  /** What servers should use instead of the service_role key: the one named "default", else the first. */
  readonly secretKey: pulumi.Output<string>;
}

/** A Supabase project, its settings and its connections. */
export class SupabaseProject extends Component {
  /** The parent of the database's contents and of everything else that depends on the project. */
  readonly project: pulumi.Resource;
  /** The project's ref: 20 lower-case letters. */
  readonly ref: pulumi.Output<string>;
  readonly organizationId: pulumi.Output<string>;
  /** The settings that the stack sends. */
  readonly sections: ProjectSections;
  readonly apiUrl: pulumi.Output<string>;
  /**
   * Connects as the deploying role `postgres`. Known when the settings are applied, because some of them restart the
   * database.
   */
  readonly connection: DatabaseConnection;
  /**
   * Connects as `postgres` through the pooler, for applications with short requests: no session state, no prepared
   * statements.
   */
  readonly pooledConnection: DatabaseConnection;
  readonly keys: ApiKeys;
  readonly #endpoint: pulumi.Output<DatabaseEndpoint>;
  readonly #sslRootCertificate: string | undefined;

  constructor(name: string, args: SupabaseProjectArgs, opts?: pulumi.ComponentResourceOptions) {
    super("SupabaseProject", name, opts);
    const { organizationId, region, instanceSize, database } = args;
    const protection = args.deletionProtection ?? true;
    this.organizationId = pulumi.output(organizationId);
    const sections = projectSections(args);
    this.sections = sections;

    const project = new Project(
      this.childName("project"),
      {
        name: args.name,
        organizationId,
        region,
        instanceSize,
        databasePassword: database.password,
      },
      this.childOptions({ protect: protection, retainOnDelete: protection }),
    );
    this.project = project;
    // Before the settings: this restores a paused project, whose settings cannot be written.
    const platform = new PlatformSettings(
      this.childName("platform-settings"),
      {
        projectRef: project.id,
        // The provider accepts moving a project and then fails. This refuses it in the preview.
        organizationId,
        region,
        pooler: { defaultPoolSize: database.poolSize },
        realtime: sections.realtime,
      },
      this.childOptions(containedIn(project)),
    );
    const settings = new Settings(
      this.childName("settings"),
      {
        projectRef: project.id,
        database: optionalSettingsJson(sections.database),
        network: settingsJson(networkSettings(args.network, args.admittedAddress)),
        api: settingsJson(sections.api),
        auth: settingsJson(sections.auth),
        storage: settingsJson(sections.storage),
        sslEnforcement: database.sslEnforcement,
      },
      // If the ref changed, the provider would write to the new project and still read the settings of the old one.
      this.childOptions({ dependsOn: [platform], ...containedIn(project) }),
    );
    const credentials = this.createCredentials(sections, settings);

    this.ref = project.id;
    this.apiUrl = pulumi.interpolate`https://${project.id}.supabase.co`;
    this.keys = this.readKeys(project.id);
    // The id of settings is also the project's ref, and is known later: after the network is open and the restarts are
    // done.
    const configuredRef = (credentials ?? settings).id;
    const pooler = getPoolerOutput({ projectRef: configuredRef }, { parent: this }).url;
    this.#endpoint =
      database.connection === "direct"
        ? configuredRef.apply(directEndpoint)
        : pooler.apply(sessionPoolerEndpoint);
    this.#sslRootCertificate = database.sslRootCertificate;
    this.connection = this.connectionAs("postgres", database.password);
    this.pooledConnection = connectionOf(pooler.apply(poolerEndpoint), {
      role: "postgres",
      password: database.password,
      sslRootCertificate: this.#sslRootCertificate,
    });

    this.registerOutputs({ ref: this.ref, apiUrl: this.apiUrl });
  }

  /** Returns the connection of another login role through the same endpoint. */
  connectionAs(role: string, password: pulumi.Input<string>): DatabaseConnection {
    return connectionOf(this.#endpoint, { role, password, sslRootCertificate: this.#sslRootCertificate });
  }

  /**
   * Declares the settings with secrets. They are separate, so a preview only hides these and shows every other setting
   * of Auth by name.
   */
  private createCredentials({ credentials }: ProjectSections, settings: Settings): Settings | undefined {
    if (credentials === undefined) return undefined;
    return new Settings(
      this.childName("credentials"),
      { projectRef: settings.projectRef, auth: pulumi.secret(settingsJson(credentials)) },
      // Sequential, because both write to Auth.
      this.childOptions({
        dependsOn: [settings],
        additionalSecretOutputs: ["auth"],
        ...containedIn(this.project),
      }),
    );
  }

  private readKeys(projectRef: pulumi.Output<string>): ApiKeys {
    const keys = getApikeysOutput({ projectRef }, { parent: this });
    return {
      anonKey: pulumi.secret(keys.apply(({ anonKey }) => anonKey ?? "")),
      serviceRoleKey: pulumi.secret(keys.apply(({ serviceRoleKey }) => serviceRoleKey ?? "")),
      publishableKey: pulumi.secret(keys.apply(({ publishableKey }) => publishableKey ?? "")),
      secretKey: pulumi.secret(keys.apply(({ secretKeys }) => secretKeyOf(secretKeys ?? []))),
    };
  }
}

function secretKeyOf(keys: readonly { readonly name: string; readonly apiKey: string }[]): string {
  return (keys.find(({ name }) => name === "default") ?? keys[0])?.apiKey ?? "";
}
