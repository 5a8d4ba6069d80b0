import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { ImageRepository } from "../../bootstrap/components/imageRepository";
import { StateBucket } from "../../bootstrap/components/stateBucket";
import { account, registeredInAws, tags } from "../components/awsWorld";

/** Declares both, and returns the options of their resources. */
async function optionsOf(deletionProtection: boolean): Promise<Map<string, pulumi.CustomResourceOptions>> {
  const options = new Map<string, pulumi.CustomResourceOptions>();
  await registeredInAws(() => {
    pulumi.runtime.registerStackTransformation(({ name, opts }) => {
      options.set(name, opts);
      return undefined;
    });
    const common = { account, tags, deletionProtection };
    const { key } = new StateBucket("state", { ...common, bucketName: "thorbis-state" });
    new ImageRepository("images", { ...common, key, repositoryName: "thorbis-backup" });
  });
  return options;
}

test.each([true, false])(
  "the life cycle of images belongs to its repository, and stays if that stays; protected: %s",
  async (deletionProtection) => {
    const lifecycle = (await optionsOf(deletionProtection)).get("images-lifecycle");

    expect(lifecycle?.deletedWith).toBeDefined();
    expect(lifecycle?.replaceWith).toEqual([lifecycle?.deletedWith]);
    expect(lifecycle).toMatchObject({ deleteBeforeReplace: true, retainOnDelete: deletionProtection });
  },
);

test("the bucket of the states is deleted before its key, which S3 may refuse", async () => {
  const bucket = (await optionsOf(false)).get("state-bucket");

  expect(bucket?.dependsOn).toBeDefined();
});
