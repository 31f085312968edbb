/**
 * Governance: members and their keys, parameters, the protocol, and the standing that every certificate is judged by.
 * It is a module like any other; the chain composes it with the parameters of all modules.
 *
 * May import: `src/errors`, `src/codec`, `src/crypto/portable`, `src/module`. Start reading at `schemas.ts`,
 * then `signers.ts`, then `transactions/`.
 */
import { type AnyParameter, defineModule, type Module } from '../module/index.ts'
import {
  governanceName,
  memberKeys,
  members,
  parameters,
  protocolState,
  standings,
  withdrawnAlgorithms,
} from './collections.ts'
import * as events from './events.ts'
import { authority } from './parameters.ts'
import { parameterReads } from './ports.ts'
import { applyParameter } from './schedules.ts'
import { memberSigner } from './signers.ts'
import { rotateKeys } from './transactions/rotate-keys.ts'
import { setMemberState } from './transactions/set-member-state.ts'
import { setParameter } from './transactions/set-parameter.ts'
import { switchProtocol } from './transactions/switch-protocol.ts'
import { withdrawAlgorithm } from './transactions/withdraw-algorithm.ts'

export {
  governanceName,
  memberKeys,
  members,
  parameterKey,
  parameters,
  protocolAt,
  protocolState,
  standings,
  withdrawnAlgorithms,
} from './collections.ts'
export { governanceError } from './errors.ts'
export { applyGenesis, type GovernanceGenesis, genesisReads } from './genesis.ts'
export { authority } from './parameters.ts'
export { governancePorts, parameterInForce, parameterReads } from './ports.ts'
export {
  Authority,
  Member,
  MemberId,
  MemberState,
  ProtocolState,
  PurposeKeys,
  Role,
  Standing,
  StandingFact,
  WithdrawnAlgorithms,
} from './schemas.ts'
export { membersSigningFor, requireQuorum, stateOf } from './signers.ts'
export { possessionMessage } from './transactions/rotate-keys.ts'

/** The governance module of a chain whose modules have these parameters. */
export function governanceModule(chain: { readonly parameters: () => readonly AnyParameter[] }): Module {
  return defineModule({
    name: governanceName,
    version: 1,
    summary: 'Members, keys, parameters, protocol and standing.',
    collections: [members, memberKeys, standings, withdrawnAlgorithms, parameters, protocolState],
    transactions: {
      'set-parameter': setParameter(chain.parameters),
      'rotate-keys': rotateKeys,
      'set-member-state': setMemberState,
      'withdraw-algorithm': withdrawAlgorithm,
      'switch-protocol': switchProtocol,
    },
    schedules: [applyParameter],
    signers: { member: memberSigner },
    parameters: [authority],
    events: Object.values(events),
    always: [...parameterReads(authority)],
  })
}
