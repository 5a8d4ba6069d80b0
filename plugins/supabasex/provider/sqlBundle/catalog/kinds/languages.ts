import { firstUserOid } from "../managedObjects";
import { flag, type Kind, onServer, sha256, text } from "./kind";

/**
 * Languages that came with the server or with an extension. Others are listed by name only. Roles with USAGE
 * may write functions in a trusted language; only superusers may in an untrusted one, whose functions can access the server.
 */
export const languages: Kind = {
  identity: `'installed language ' || quote_ident(l.lanname)`,
  withoutComment: true,
  properties: {
    owner: text(`pg_get_userbyid(l.lanowner)`),
    trusted: flag(`l.lanpltrusted`),
    everybody: flag(`exists (
      select from aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) x where x.grantee = 0)`),
    content: text(
      onServer(
        sha256(
          `concat_ws(' ', l.lanplcallfoid::regprocedure, l.laninline::regprocedure, l.lanvalidator::regprocedure)`,
        ),
      ),
    ),
    extension: text(`x.extname`),
  },
  from: `pg_language l
left join extension_member m on m.classid = 'pg_language'::regclass and m.objid = l.oid
left join pg_extension x on x.oid = m.refobjid
where l.oid < ${firstUserOid} or x.oid is not null`,
};
