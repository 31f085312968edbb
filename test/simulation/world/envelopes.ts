/** Operations in their envelope: most are signed as they must be, the others wrong in one way. */
import { encodeEnvelope, encodePayload, type Operation, signedBytes } from '../../../src/codec/index.ts'
import type { Program } from '../../../src/host/index.ts'
import { makeOperation } from '../../../src/node/index.ts'
import type { DescribedSigner, DescribedTransaction } from '../model/described.ts'
import { digest } from '../model/tree.ts'
import { pickWeighted, shuffled } from '../seed.ts'
import type { Content, MadeOperation, Wanted } from './content.ts'
import { mirrored } from './keys.ts'
import { nonce } from './members.ts'

export type MadeTransaction = { readonly bytes: Uint8Array; readonly described: DescribedTransaction }

const hour = 3_600_000n

export function makeTransaction(
  content: Content,
  program: Program,
  operations: readonly [MadeOperation, ...MadeOperation[]],
): MadeTransaction {
  const { random, model, time } = content
  const flavour = pickWeighted(random, {
    right: 80,
    expired: 3,
    'too-far': 3,
    'other-chain': 2,
    forged: 3,
    unreadable: 3,
    'missing-signer': 3,
    'stranger-signs': 3,
  })
  const signers = signersOf(content, operations, flavour === 'missing-signer', flavour === 'stranger-signs')
  const chain = flavour === 'other-chain' ? 'other-01234567' : model.chain
  const validUntil = validUntilOf(flavour)
  const [first, ...others] = operations.map((operation) => encoded(program, operation))
  const payload = encodePayload({
    chain,
    operations: [first!, ...others],
    validUntil,
    nonce: nonce(random),
    signers: signers.map(({ kind, subject, key }) => ({
      kind,
      subject: Buffer.from(subject),
      key: content.keyring.get(key.digest).publicKey,
    })),
  })
  const signatures = signers.map(({ key }) => content.keyring.get(key.digest).sign(signedBytes(payload, key.algorithm)))
  if (flavour === 'forged') signatures[random.whole(signatures.length)]![5]! ^= 1
  const bytes = encodeEnvelope(payload, signatures)
  if (flavour === 'unreadable') return unreadable(content, bytes)
  return {
    bytes,
    described: {
      readable: true,
      id: digest(payload).toString('hex'),
      chain,
      validUntil,
      signaturesHold: flavour !== 'forged',
      signers,
      operations: operations.map(({ described }) => described),
    },
  }

  function validUntilOf(kind: string): bigint {
    if (kind === 'expired') return time - random.pick([1n, 1n, 60_000n])
    if (kind === 'too-far') return time + hour + random.pick([1n, 1n, hour])
    return time + random.pick([0n, 60_000n, 600_000n, 600_000n, hour])
  }
}

/** The same payload signed another way, where its only signer has a key on P-256: it is the same transaction. */
export function signedAgain({ bytes, described }: MadeTransaction): MadeTransaction {
  const copy = bytes.slice()
  if (!described.readable || !described.signaturesHold || described.signers.length !== 1)
    return { bytes: copy, described }
  if (described.signers[0]?.key.algorithm !== 'ES256') return { bytes: copy, described }
  // The envelope ends with the last signature.
  copy.set(mirrored(copy.subarray(-64)), copy.length - 64)
  return { bytes: copy, described }
}

function unreadable({ random }: Content, bytes: Uint8Array): MadeTransaction {
  const damaged = random.pick([
    new Uint8Array(0),
    bytes.slice(0, -1),
    bytes.slice(random.whole(bytes.length)),
    Buffer.concat([bytes, Buffer.of(0)]),
    Uint8Array.from(bytes, (byte, index) => (index === 1 ? byte ^ 1 : byte)),
  ])
  // Nothing was cut off.
  const whole = damaged.length === bytes.length && Buffer.compare(damaged, bytes) === 0
  return { bytes: whole ? new Uint8Array(0) : damaged, described: { readable: false } }
}

function encoded(program: Program, { module, type, body }: MadeOperation): Operation {
  const declared = program.transactionType(module, type)
  if (declared === undefined || body instanceof Uint8Array) {
    return { module, type, body: body instanceof Uint8Array ? body : new Uint8Array(0) }
  }
  return makeOperation(module, type, declared, body)
}

function signersOf(
  content: Content,
  operations: readonly MadeOperation[],
  isOneMissing: boolean,
  isStranger: boolean,
): readonly DescribedSigner[] {
  const { random, keyring } = content
  const signers = new Map<string, DescribedSigner>()
  const add = (signer: DescribedSigner) => signers.set(`${signer.kind} ${signer.subject} ${signer.key.digest}`, signer)
  for (const wanted of operations.flatMap((operation) => operation.wanted)) {
    for (const key of keysFor(content, wanted)) add({ kind: 'member', subject: wanted.member, key })
  }
  const list = [...signers.values()]
  if (isOneMissing && list.length > 1) list.splice(random.whole(list.length), 1)
  if (list.length === 0 || isStranger) {
    const key = keyring.anyKey()
    const kind = random.chance(0.2) ? 'device' : 'member'
    const subject = random.pick([list[0]?.subject ?? 'vendor-a', 'vendor-z', 'vendor-a'])
    const isThere = list.some(
      (signer) => signer.kind === kind && signer.subject === subject && signer.key.digest === key.digest,
    )
    if (!isThere) list.push({ kind, subject, key })
  }
  return list
}

function keysFor({ random, model, keyring }: Content, { member, purpose }: Wanted) {
  const entry = model.state.members.get(member)?.keys.find((one) => one.purpose === purpose)
  if (entry === undefined) return [keyring.anyKey()]
  return shuffled(random, entry.keys).slice(0, entry.threshold)
}
