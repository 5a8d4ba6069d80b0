export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly modified: Date;
}

/** A version of an object, or its delete marker. */
export interface ListedVersion {
  readonly key: string;
  readonly version: string;
  readonly isDeleteMarker: boolean;
  /** Whether a read without a version returns it. If it is a delete marker, the object is hidden. */
  readonly isLatest: boolean;
  readonly modified: Date;
}
