/** Operations of the module `governance`. */
import { possessionMessage } from '../../../src/governance/index.ts'
import { cbor } from '../model/cbor.ts'
import { knownParameters } from '../model/governing.ts'
import { type MemberState, presentState, purposes } from '../model/state.ts'
import { bytesFrom, pickFrom, pickWeighted, shuffled } from '../seed.ts'
import { activeMembers, around, type Content, type MadeOperation, pickMember, type Wanted } from './content.ts'
import { removable } from './members.ts'
import { otherValue } from './parameters.ts'

/** As many members as it takes, now and then one less. */
function authority(content: Content): readonly Wanted[] {
  const { random, model } = content
  const { roles, members } = model.state.parameters.get('governance/authority')?.value ?? {}
  const named = Array.isArray(roles) ? roles.map(String) : []
  const may = activeMembers(content).filter((member) => member.roles.some((role) => named.includes(role)))
  const count = Number(members) - (random.chance(0.1) ? 1 : 0)
  const chosen = shuffled(random, may).slice(0, Math.max(1, count))
  return chosen.map(({ id }) => ({ member: id, purpose: 'govern' }))
}

/** Several decisions for about the same time: then the order of their keys decides. */
export function makeAgenda(content: Content): readonly [MadeOperation, ...MadeOperation[]] {
  const { random, time } = content
  const at = time + BigInt(2000 + random.whole(8000))
  const [first, ...others] = shuffled(random, knownParameters).map((id) =>
    makeSetParameter(content, { id, at: at + BigInt(random.whole(2)) }),
  )
  return [first!, ...others.slice(random.whole(2))]
}

export function makeSetParameter(
  content: Content,
  given?: { readonly id: string; readonly at: bigint },
): MadeOperation {
  const { random, time, model } = content
  const id = given?.id ?? random.pick([knownParameters[0]!, ...knownParameters])
  const [module = '', name = ''] = given !== undefined || random.chance(0.95) ? id.split('/') : ['pki', 'colour']
  const fits = random.chance(0.97)
  const value = fits ? otherValue(random, id) : undefined
  const waiting = pickFrom(random, [...model.state.waiting.values()])?.at
  const at =
    given?.at ??
    random.pick([
      0n,
      around(random, time),
      time + BigInt(random.whole(20_000)),
      time + BigInt(random.whole(7_200_000)),
      waiting ?? time + 5000n,
      waiting ?? time + 5000n,
    ])
  return {
    described: { type: 'set-parameter', module, name, value, at },
    module: 'governance',
    type: 'set-parameter',
    body: { module, name, value: value === undefined ? bytesFrom(random, 5) : cbor(value), at },
    wanted: authority(content),
  }
}

export function makeRotateKeys(content: Content): MadeOperation {
  const { random, keyring, model } = content
  const member = pickMember(content, ['vendor', 'operator', 'regulator', 'ca', 'auditor'])
  const flavour = pickWeighted(random, {
    right: 70,
    reuse: 12,
    foreign: 6,
    repeated: 4,
    threshold: 4,
    possession: 4,
    short: 2,
  })
  const purpose = random.pick(purposes)
  const fresh = keyring.purposeKeys(purpose)
  const own = pickFrom(
    random,
    member.keys.flatMap((entry) => entry.keys),
  )!
  const extra =
    flavour === 'reuse'
      ? [own]
      : flavour === 'foreign'
        ? [keyring.anyKey()]
        : flavour === 'repeated'
          ? fresh.keys.slice(0, 1)
          : []
  const keys = [...fresh.keys, ...extra].map(({ digest }) => keyring.get(digest))
  const threshold = flavour === 'threshold' ? keys.length + 1 : fresh.threshold
  const message = possessionMessage(model.chain, member.id, purpose)
  const possession = keys.map((key) => key.sign(flavour === 'possession' ? message.subarray(1) : message))
  if (flavour === 'short') possession.push(bytesFrom(random, 64))
  const publicKeys = keys.map(({ publicKey }) => publicKey)
  return {
    described:
      flavour === 'short'
        ? { type: 'flawed', code: 'governance.possession-not-proven' }
        : {
            type: 'rotate-keys',
            member: member.id,
            keys: { purpose, threshold, keys },
            possessionHolds: flavour !== 'possession',
          },
    module: 'governance',
    type: 'rotate-keys',
    body: { member: member.id, keys: { purpose, threshold, keys: publicKeys }, possession },
    wanted: [{ member: random.chance(0.95) ? member.id : pickMember(content).id, purpose: 'govern' }],
  }
}

export function makeSetMemberState(content: Content): MadeOperation {
  const { random, model } = content
  const standings = [...model.state.standings.values()]
  const away = standings.filter((standing) => presentState(standing) === 'suspended')
  const enough = activeMembers(content).length > 5
  const back = pickFrom(random, away)
  let [member, state]: readonly [string, MemberState] = ['vendor-z', 'suspended']
  if (back !== undefined && (!enough || random.chance(0.5))) [member, state] = [back.member, 'active']
  else if (random.chance(0.15)) [member, state] = [pickFrom(random, standings)?.member ?? 'vendor-a', 'active']
  else if (random.chance(0.08)) [member, state] = [random.pick(['vendor-g', ...removable]), 'removed']
  else if (enough && random.chance(0.95))
    [member, state] = [pickMember(content, ['vendor', 'operator', 'ca']).id, 'suspended']
  return {
    described: { type: 'set-member-state', member, state },
    module: 'governance',
    type: 'set-member-state',
    body: { member, state },
    wanted: authority(content),
  }
}

/** P-256 stays, so that there is something to publish. */
export function makeWithdrawAlgorithm(content: Content): MadeOperation {
  return {
    described: { type: 'withdraw-algorithm', algorithm: 'EdDSA' },
    module: 'governance',
    type: 'withdraw-algorithm',
    body: { algorithm: 'EdDSA' },
    wanted: authority(content),
  }
}

/** `newest` is the last protocol that the program knows: a switch beyond it is decided, but far away. */
export function makeSwitchProtocol(content: Content, newest: number): MadeOperation {
  const { random, model } = content
  const present = model.state.protocol.version
  const version = random.chance(0.85) ? present + 1 : random.pick([present, present + 2])
  const next = model.head.height + 1n
  const height = version > newest ? next + 1_000_000n : next + BigInt(random.whole(9))
  return {
    described: { type: 'switch-protocol', version, height },
    module: 'governance',
    type: 'switch-protocol',
    body: { version, height },
    wanted: authority(content),
  }
}
