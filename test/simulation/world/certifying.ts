/** Operations of the module `pki`. */

import { revocationReasons } from '../../../pki/contract/index.ts'
import { issueVoucher } from '../../../pki/voucher/index.ts'
import type { DescribedVoucher, OperationOf } from '../model/described.ts'
import { presentState } from '../model/state.ts'
import { bytesFrom, pickFrom, pickWeighted, shuffled } from '../seed.ts'
import { type MadeCertificate, makeCertificate } from './certificates.ts'
import { around, type Content, type MadeOperation, pickMember } from './content.ts'

const makers = ['vendor', 'operator']

export async function makePublish(content: Content): Promise<MadeOperation> {
  const { random } = content
  const member = pickMember(content, makers)
  const made: MadeCertificate[] = []
  for (let count = 1 + random.whole(5); count > 0; count--) made.push(await makeCertificate(content, member.id))
  if (random.chance(0.1)) made.push(random.pick([made[0]!, ...made]))
  return {
    described: { type: 'publish', items: made.map(({ described }) => ({ certificate: described })) },
    module: 'pki',
    type: 'publish',
    body: made.map(({ der }) => ({ certificate: der })),
    wanted: [{ member: member.id, purpose: random.chance(0.97) ? 'line' : 'operate' }],
  }
}

export async function makePublishVouched(content: Content): Promise<MadeOperation> {
  const { random } = content
  const manufacturer = pickMember(content, makers)
  const made: { readonly certificate: MadeCertificate; readonly voucher: MadeVoucher }[] = []
  const shared = await makeVoucher(content, manufacturer.id)
  for (let count = 1 + random.whole(4); count > 0; count--) {
    const certificate = await makeCertificate(content, manufacturer.id)
    made.push({ certificate, voucher: random.chance(0.7) ? shared : await makeVoucher(content, manufacturer.id) })
  }
  const items = made.map(({ certificate, voucher }) => ({
    certificate: certificate.described,
    voucher: voucher.described,
  }))
  return {
    described: { type: 'publish-vouched', items },
    module: 'pki',
    type: 'publish-vouched',
    body: made.map(({ certificate, voucher }) => ({ certificate: certificate.der, voucher: voucher.bytes })),
    wanted: [{ member: pickMember(content).id, purpose: random.chance(0.97) ? 'node' : 'line' }],
  }
}

type MadeVoucher = { readonly described: DescribedVoucher; readonly bytes: Uint8Array }

async function makeVoucher(content: Content, maker: string): Promise<MadeVoucher> {
  const { random, keyring, model, time } = content
  const flavour = pickWeighted(random, {
    right: 75,
    'other-chain': 3,
    ended: 5,
    'other-maker': 4,
    range: 5,
    'wrong-key': 4,
    'too-few': 4,
    forged: 3,
    unreadable: 2,
  })
  if (flavour === 'unreadable') {
    return { described: { flaw: 'voucher.malformed' }, bytes: bytesFrom(random, 20) }
  }
  const line = model.state.members.get(maker)?.keys.find(({ purpose }) => purpose === 'line')
  const present = shuffled(random, line?.keys ?? []).slice(0, flavour === 'too-few' ? 1 : line?.threshold)
  const keys = present.map(({ digest }) => keyring.get(digest))
  if (flavour === 'wrong-key' || keys.length === 0) keys[0] = keyring.anyKey()
  const manufacturer = flavour === 'other-maker' ? random.pick(['vendor-b', 'vendor-z', 'operator-d']) : maker
  const [from, to] =
    flavour === 'range'
      ? random.pick([
          ['S0000', 'S0020'],
          ['T-0000', 'T-9999'],
        ])
      : ['S0000', 'S9999']
  const expires = flavour === 'ended' ? around(random, time) : time + 86_400_000n
  const chain = flavour === 'other-chain' ? 'other-01234567' : model.chain
  const forged = flavour === 'forged'
  const order = { chain, manufacturer, serials: { from: from!, to: to! }, expires }
  const signers = keys.map(({ publicKey, sign }) => ({
    key: publicKey,
    sign: (message: Uint8Array) => sign(forged ? message.subarray(1) : message),
  }))
  return {
    described: { chain, manufacturer, from: from!, to: to!, expires, keys, signaturesHold: !forged },
    bytes: await issueVoucher(order, signers),
  }
}

export function makeRevoke(content: Content): MadeOperation {
  const { random, model } = content
  const published = [...model.state.certificates.values()]
  const valid = published.filter((certificate) => presentState(certificate) === 'valid')
  // Few are left: the last one may go.
  const items = valid
    .filter(() => valid.length < 6 && random.chance(0.7))
    .map(({ fingerprint }) => ({ fingerprint, reason: random.pick(revocationReasons) }))
  for (let count = 1 + random.whole(3); count > 0; count--) {
    const target = pickFrom(random, random.chance(0.85) ? valid : published)
    const stranger = bytesFrom(random, 32)
    const isKnown = target !== undefined && random.chance(0.95)
    items.push({
      fingerprint: isKnown ? target.fingerprint : Buffer.from(stranger).toString('hex'),
      reason: random.pick(revocationReasons),
    })
  }
  const maker = model.state.certificates.get(items[0]?.fingerprint ?? '')?.manufacturer
  return {
    described: { type: 'revoke', items },
    module: 'pki',
    type: 'revoke',
    body: items.map(({ fingerprint, reason }) => ({ fingerprint: Buffer.from(fingerprint, 'hex'), reason })),
    wanted: [revoker(content, maker)],
  }
}

export function makeMassRevoke(content: Content): MadeOperation {
  const { random, certificates } = content
  // Half of them are about what has just been made, perhaps in the same block.
  const target = random.chance(0.5) ? certificates.at(-1) : pickFrom(random, certificates)
  const manufacturer = random.chance(0.95) ? (target?.manufacturer ?? 'vendor-a') : 'vendor-z'
  const predicate = {
    reason: random.pick(revocationReasons),
    ...(random.chance(0.5) ? { model: target?.model ?? 'cell-1' } : {}),
    ...(random.chance(0.5) ? { batch: random.pick([target?.batch ?? 'b1', 'b2', 'b3']) } : {}),
    ...(random.chance(0.4) ? { firmwareBelow: random.pick([[1, 2], [1, 2, 1], [2], [0, 9]]) } : {}),
  }
  const ends = random.pick([
    {},
    {},
    {},
    {},
    { serialFrom: 'S0000', serialTo: 'S0050' },
    { serialFrom: 'T-0003', serialTo: 'T-0003' },
    { serialFrom: 'S0009', serialTo: 'S0001' },
    { serialFrom: 'S0001' },
  ] as const)
  const described: OperationOf<'mass-revoke'> = { type: 'mass-revoke', manufacturer, predicate, ...ends }
  return {
    described,
    module: 'pki',
    type: 'mass-revoke',
    body: { manufacturer, ...predicate, ...ends },
    wanted: [revoker(content, manufacturer)],
  }
}

/** The manufacturer itself, somebody with the right, or anybody. */
function revoker(content: Content, manufacturer: string | undefined) {
  const { random } = content
  const own = manufacturer !== undefined && random.chance(0.5)
  return { member: own ? manufacturer : pickMember(content, ['regulator']).id, purpose: 'operate' as const }
}
