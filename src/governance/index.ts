/**
 * Governance: members and their keys, parameters, validators, the protocol, and the standing that every certificate is
 * judged by. It is a module like any other; the chain composes it with the parameters of all modules.
 *
 * May import: `src/errors`, `src/codec`, `src/crypto/portable`, `src/module`, and of `src/light` what validators are. Start
 * reading at `schemas.ts`, then `decisions.ts` (what is decided, and how), `amendment.ts`, `quorum.ts`, then
 * `transactions/`.
 */
import { type AnyParameter, defineModule, type Module, recordAddress } from '../module/index.ts'
import {
  agenda,
  emergencies,
  governanceName,
  governingRoles,
  knownValidators,
  memberKeys,
  members,
  misbehaviours,
  openProposals,
  parameters,
  past,
  proposals,
  protocolState,
  rotations,
  standings,
  tallies,
  validatorSet,
  votes,
  withdrawnAlgorithms,
} from './collections.ts'
import type { Decisions } from './decisions.ts'
import * as events from './events.ts'
import { keepPast } from './migrations.ts'
import { recordMisbehaviour } from './misbehaviour.ts'
import { authority, emergency, validatorPolicy } from './parameters.ts'
import { parameterReads } from './ports.ts'
import { applyParameter, endEmergency, expireProposal } from './schedules.ts'
import { memberSigner } from './signers.ts'
import { admitMember } from './transactions/admit-member.ts'
import { leave } from './transactions/leave.ts'
import { propose } from './transactions/propose.ts'
import { replaceKeys } from './transactions/replace-keys.ts'
import { rotateKeys } from './transactions/rotate-keys.ts'
import { rotateValidator } from './transactions/rotate-validator.ts'
import { setMemberState } from './transactions/set-member-state.ts'
import { setParameter } from './transactions/set-parameter.ts'
import { setRoles } from './transactions/set-roles.ts'
import { setValidator } from './transactions/set-validator.ts'
import { suspendMember } from './transactions/suspend-member.ts'
import { switchProtocol } from './transactions/switch-protocol.ts'
import { vote } from './transactions/vote.ts'
import { withdrawAlgorithm } from './transactions/withdraw-algorithm.ts'

export { beginBlock, beginBlockReads } from './block.ts'
export {
  emergencies,
  governanceName,
  memberKeys,
  members,
  misbehaviours,
  parameterKey,
  parameters,
  proposals,
  protocolAt,
  protocolState,
  rotations,
  standings,
  tallies,
  validatorSet,
  voteKey,
  votes,
  withdrawnAlgorithms,
} from './collections.ts'
export type { Decision, Decisions } from './decisions.ts'
export { governanceError } from './errors.ts'
export { applyGenesis, type GovernanceGenesis, genesisReads } from './genesis.ts'
export { maximumOpenProposals, maximumVotingTime, minimumVotingTime } from './limits.ts'
export { authority, emergency, validatorPolicy } from './parameters.ts'
export { governancePorts, parameterInForce, parameterReads } from './ports.ts'
export {
  type InForce,
  inForceAt,
  type ProposalWithTally,
  proposalsBefore,
  proposalWithVotes,
  type ScannedRecords,
  validatorHistory,
} from './queries.ts'
export {
  Authority,
  Ballot,
  EngineName,
  GovernedValidator,
  Member,
  MemberId,
  MemberState,
  Proposal,
  ProposalState,
  ProposedOperation,
  ProtocolState,
  PurposeKeys,
  proposalStates,
  Role,
  Standing,
  StandingFact,
  Tally,
  ValidatorSet,
  Vote,
  WithdrawnAlgorithms,
} from './schemas.ts'
export { membersSigningFor, requireQuorum, stateOf } from './signers.ts'
export { possessionMessage } from './transactions/rotate-keys.ts'
export { validatorPossessionMessage } from './transactions/set-validator.ts'
export { stepValidators, targetPower, validatorUpdates } from './validators.ts'

type GoverningChain = { readonly parameters: () => readonly AnyParameter[] }

const summary = 'Members, keys, parameters, validators, protocol and standing.'

/** The governance module of a chain whose modules have these parameters. */
export function governanceModule(chain: GoverningChain): Module {
  const decisions = decisionsOf(chain)
  return defineModule({
    name: governanceName,
    version: 2,
    summary,
    collections: [
      ...firstCollections,
      ...[agenda, governingRoles, rotations, emergencies, validatorSet, knownValidators, misbehaviours],
      ...[proposals, tallies, votes, openProposals, past],
    ],
    transactions: {
      'set-parameter': decisions['set-parameter'].transaction,
      'rotate-keys': rotateKeys,
      'set-member-state': setMemberState.transaction,
      'withdraw-algorithm': withdrawAlgorithm.transaction,
      'switch-protocol': switchProtocol.transaction,
      'admit-member': admitMember.transaction,
      'set-roles': setRoles.transaction,
      'replace-keys': replaceKeys.transaction,
      'suspend-member': suspendMember.transaction,
      'set-validator': setValidator.transaction,
      'rotate-validator': rotateValidator,
      leave,
      propose: propose(decisions),
      vote: vote(decisions),
    },
    schedules: [applyParameter, endEmergency, expireProposal],
    signers: { member: memberSigner },
    parameters: [authority, emergency, validatorPolicy],
    events: Object.values(events),
    always: [
      ...[authority, emergency, validatorPolicy].flatMap((parameter) => [...parameterReads(parameter)]),
      recordAddress(agenda, new Uint8Array(0)),
      recordAddress(validatorSet, new Uint8Array(0)),
    ],
    migration: keepPast,
    onMisbehaviour: recordMisbehaviour,
  })
}

/** Version 1, which had signatures of a quorum only, no validators and no past. Chains that began with it replay by it. */
export function firstGovernanceModule(chain: GoverningChain): Module {
  const { 'set-parameter': setParameterDecision } = decisionsOf(chain)
  return defineModule({
    name: governanceName,
    version: 1,
    summary,
    collections: firstCollections,
    transactions: {
      'set-parameter': setParameterDecision.transaction,
      'rotate-keys': rotateKeys,
      'set-member-state': setMemberState.transaction,
      'withdraw-algorithm': withdrawAlgorithm.transaction,
      'switch-protocol': switchProtocol.transaction,
    },
    schedules: [applyParameter],
    signers: { member: memberSigner },
    parameters: [authority],
    events: Object.values(events),
    always: [...parameterReads(authority)],
  })
}

const firstCollections = [members, memberKeys, standings, withdrawnAlgorithms, parameters, protocolState]

/** What can be decided by a quorum that signs together, or by votes on a proposal. */
export function decisionsOf(chain: GoverningChain) {
  return {
    'set-parameter': setParameter(chain.parameters),
    'set-member-state': setMemberState,
    'withdraw-algorithm': withdrawAlgorithm,
    'switch-protocol': switchProtocol,
    'admit-member': admitMember,
    'set-roles': setRoles,
    'replace-keys': replaceKeys,
    'suspend-member': suspendMember,
    'set-validator': setValidator,
  } satisfies Decisions
}
