import { expect, it } from "vitest";
import { notValidated } from "../../../backup/restore/notValidated";

it.each([
  [
    "ALTER TABLE ONLY public.child\n    ADD CONSTRAINT parent_fkey FOREIGN KEY (p) REFERENCES public.parent(id) DEFERRABLE INITIALLY DEFERRED;",
    "ALTER TABLE ONLY public.child\n    ADD CONSTRAINT parent_fkey FOREIGN KEY (p) REFERENCES public.parent(id) DEFERRABLE INITIALLY DEFERRED NOT VALID;",
    "ALTER TABLE public.child VALIDATE CONSTRAINT parent_fkey;",
  ],
  [
    'ALTER TABLE "Odd s"."a.b ""c"\n    ADD CONSTRAINT "is; it" CHECK ((n > 0)) NO INHERIT;',
    'ALTER TABLE "Odd s"."a.b ""c"\n    ADD CONSTRAINT "is; it" CHECK ((n > 0)) NO INHERIT NOT VALID;',
    'ALTER TABLE "Odd s"."a.b ""c" VALIDATE CONSTRAINT "is; it";',
  ],
  [
    "ALTER DOMAIN public.d\n    ADD CONSTRAINT c CHECK ((VALUE > 0));",
    "ALTER DOMAIN public.d\n    ADD CONSTRAINT c CHECK ((VALUE > 0)) NOT VALID;",
    "ALTER DOMAIN public.d VALIDATE CONSTRAINT c;",
  ],
])("a constraint that rows violate is created without their validation: %s", (sql, create, validate) => {
  expect(notValidated(sql)).toEqual({ create, validate });
});

it.each([
  "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT u UNIQUE (a);",
  "ALTER TABLE public.t\n    ADD CONSTRAINT c CHECK ((n > 0)) NOT VALID;",
  "CREATE INDEX i ON public.t USING btree (a);",
])("others have no such form: %s", (sql) => {
  expect(notValidated(sql)).toBeUndefined();
});
