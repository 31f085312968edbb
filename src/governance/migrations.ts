import { utf8 } from '../codec/index.ts'
import { type Context, defineMigration } from '../module/index.ts'
import { agenda, governingRoles, members, standings } from './collections.ts'
import { maximumGoverning } from './limits.ts'
import { governedRoles } from './quorum.ts'
import type { Member } from './schemas.ts'

const only = new Uint8Array(0)

/**
 * A chain of protocol 1 kept no past and did not know who governs: from the switch on it does. Its validators stay those
 * of its genesis, which names no members for them.
 */
export const keepPast = defineMigration(members, (context: Context, member: Member) => {
  if (context.get(agenda, only) === undefined) context.put(agenda, { since: context.height, proposals: 0n })
  for (const role of governedRoles(member, context.get(standings, utf8(member.id)))) {
    const ids = context.get(governingRoles, utf8(role))?.members ?? []
    if (ids.includes(member.id) || ids.length >= maximumGoverning) continue
    context.put(governingRoles, { role, members: [...ids, member.id].sort() })
  }
})
