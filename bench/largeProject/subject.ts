/** A bundle's folder, and its files as one script for psql. */
export interface Project {
  readonly directory: string;
  readonly script: string;
}

/** The measured bundles and the server's programs. */
export interface Subject {
  readonly rounds: number;
  /** Folder of PostgreSQL's programs. */
  readonly binDirectory: string;
  /** Directory of this repository's bundle. */
  readonly ours: string;
  /** 200 migrations and 300 repeatables. */
  readonly sample: Project;
  readonly large: Project;
}
