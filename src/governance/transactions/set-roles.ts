import { List, Struct, utf8 } from '../../codec/index.ts'
import { recordAddress } from '../../module/index.ts'
import { governingRoles, members, standings } from '../collections.ts'
import { defineDecision } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { rolesSet } from '../events.ts'
import { MemberId, Role } from '../schemas.ts'

/** Gives a member other roles: from then on parameters that name roles mean it, or mean it no longer. */
export const setRoles = defineDecision({
  summary: 'Gives a member other roles.',
  body: Struct({ member: MemberId, roles: List(Role, { minimum: 1, maximum: 16 }) }),
  reads: ({ member, roles }) => [
    recordAddress(members, utf8(member)),
    recordAddress(standings, utf8(member)),
    ...roles.map((role) => recordAddress(governingRoles, utf8(role))),
  ],
  decide: (amendment, { member: id, roles }) => {
    const member = amendment.get(members, utf8(id))
    if (member === undefined) throw governanceError('unknown-member', { member: id })
    amendment.put(members, { ...member, roles })
    amendment.afterwards((context) => context.emit(rolesSet, { member: id }))
  },
})
