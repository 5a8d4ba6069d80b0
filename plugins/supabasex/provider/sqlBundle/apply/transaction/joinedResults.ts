import type { Access } from "../access/access";
import type { TransactionResult } from "./result";

/** Returns the result of two transactions of a deployment, of which the first one was committed. */
export function joined(former: TransactionResult | undefined, latter: TransactionResult): TransactionResult {
  if (former === undefined) return latter;
  return {
    ...latter,
    ran: [...former.ran, ...latter.ran],
    adopted: [...former.adopted, ...latter.adopted],
    removed: [...former.removed, ...latter.removed],
    dropped: [...former.dropped, ...latter.dropped],
    leftoversDropped: [...former.leftoversDropped, ...latter.leftoversDropped],
    takenBack: [...former.takenBack, ...latter.takenBack],
    regranted: [...former.regranted, ...latter.regranted],
    repaired: [...former.repaired, ...latter.repaired],
    losses: new Map([...former.losses, ...latter.losses]),
    takenOver: [...former.takenOver, ...latter.takenOver],
    undone: [...former.undone, ...latter.undone],
    locks: [...former.locks, ...latter.locks],
    recreatedForeign: [...former.recreatedForeign, ...latter.recreatedForeign],
    before: former.before,
    addresses: { before: former.addresses.before, after: latter.addresses.after },
    ...(latter.access === undefined ? {} : { access: joinedAccess(former.access, latter.access) }),
  };
}

function joinedAccess(former: Access | undefined, latter: Access): Access {
  if (former === undefined) return latter;
  return {
    ...latter,
    isFirst: former.isFirst || latter.isFirst,
    repaired: [...new Set([...former.repaired, ...latter.repaired])],
    adopted: [...former.adopted, ...latter.adopted],
  };
}
