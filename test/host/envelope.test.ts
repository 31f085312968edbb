/** What the host refuses of an envelope in a block, whoever proposed it: the state stays, and so does the id. */
import { describe, expect, it } from 'vitest'
import {
  concat,
  decodeEnvelope,
  encodeCbor,
  encodeEnvelope,
  maximumTransactionBytes,
  maximumValidity,
  signedBytes,
} from '../../src/codec/index.ts'
import { transactionError } from '../../src/host/index.ts'
import { signTransaction } from '../../src/node/index.ts'
import { signerOf, testKey, testMember } from '../ledger/members.ts'
import { bareChain, bareGenesis } from './bare-chain.ts'
import { type Plan, plan, probeProtocols } from './probe-module.ts'

const vendor = testMember('maker', ['vendor'])
const operator = testMember('operator', ['operator'])
const genesis = bareGenesis([vendor, operator])
const fresh = () => bareChain({ genesis, protocols: probeProtocols() })
const put = (id: string) => ['probe', 'one', plan([{ act: 'put', id }]) satisfies Plan] as const
type Bare = Awaited<ReturnType<typeof fresh>>

/** Runs bytes at admission and in a block; the root of the state may not move. */
async function refusedEverywhere(bare: Bare, bytes: Uint8Array) {
  const admission = await bare.chain.admit(bytes, 'peer')
  const head = bare.chain.head!
  const { results, events, root } = await bare.block([bytes])
  expect(root).toEqual(head.root)
  expect(events).toEqual([])
  expect(results[0]!.operations).toEqual([])
  expect(bare.faults).toEqual([])
  const code = admission.accepted ? 'accepted' : admission.refusal.code
  if (!admission.accepted) expect(admission.refusal.message).not.toMatch(/[{}]/)
  return { admission: code, block: results[0]!.code }
}

describe('a transaction out of its place or time is refused, its id stays free and the root where it was', () => {
  it('of another chain', async () => {
    const bare = await fresh()
    const bytes = await bare.sign([put('a')], [vendor.signer], { chain: 'other-0123abcd' })
    const number = transactionError.numberOf('other-chain')
    expect(await refusedEverywhere(bare, bytes)).toEqual({ admission: 'transaction.other-chain', block: number })
    expect(await bare.chain.processProposal({ ...emptyBlock, transactions: [bytes] })).toBe(false)
  })

  it('expired, by one millisecond; at its last millisecond it is done', async () => {
    const bare = await fresh()
    const late = await bare.sign([put('a')], [vendor.signer], { validUntil: bare.time - 1n })
    expect((await bare.block([late])).results[0]!.code).toBe(transactionError.numberOf('expired'))
    const head = bare.chain.head!.time
    const older = await bare.sign([put('a')], [vendor.signer], { validUntil: head - 1n })
    expect(await refusedEverywhere(bare, older)).toEqual({
      admission: 'transaction.expired',
      block: transactionError.numberOf('expired'),
    })
    const last = await bare.sign([put('a')], [vendor.signer], { validUntil: bare.time })
    expect((await bare.block([last])).results[0]!.code).toBe(0)
  })

  it('too far ahead, by one millisecond; at the limit it is done', async () => {
    const bare = await fresh()
    const far = await bare.sign([put('a')], [vendor.signer], { validUntil: bare.time + maximumValidity + 1n })
    expect(await refusedEverywhere(bare, far)).toEqual({
      admission: 'transaction.too-far',
      block: transactionError.numberOf('too-far'),
    })
    const limit = await bare.sign([put('a')], [vendor.signer], { validUntil: bare.time + maximumValidity })
    expect((await bare.block([limit])).results[0]!.code).toBe(0)
  })

  it('and at the end of time, without an overflow', async () => {
    const bare = await fresh()
    const never = await bare.sign([put('a')], [vendor.signer], { validUntil: 2n ** 64n - 1n })
    expect((await refusedEverywhere(bare, never)).block).toBe(transactionError.numberOf('too-far'))
  })

  it('is done once it comes in its time: a refusal of this kind does not use the id up', async () => {
    const bare = await fresh()
    const early = await bare.sign([put('a')], [vendor.signer], { validUntil: bare.time + maximumValidity + 1n })
    expect((await bare.block([early])).results[0]!.code).toBe(transactionError.numberOf('too-far'))
    expect((await bare.block([early])).results[0]!.code).toBe(0)
  })
})

describe('signatures', () => {
  it('of another key under the same claim are refused, and nobody else can use up the id that way', async () => {
    const bare = await fresh()
    const honest = await bare.sign([put('a')], [vendor.signer])
    const { payload } = decodeEnvelope(honest)
    const stranger = testKey(vendor.signer.key.algorithm)
    const forged = encodeEnvelope(payload, [stranger.sign(signedBytes(payload, stranger.key.algorithm))])
    expect(await refusedEverywhere(bare, forged)).toEqual({
      admission: 'transaction.signature',
      block: transactionError.numberOf('signature'),
    })
    const { results } = await bare.block([forged, honest])
    expect(results.map(({ code }) => code)).toEqual([transactionError.numberOf('signature'), 0])
  })

  it('for another context, or of the bare payload, are refused', async () => {
    const bare = await fresh()
    const { payload } = decodeEnvelope(await bare.sign([put('a')], [vendor.signer]))
    for (const message of [payload, encodeCbor(['Signature1', new Uint8Array(0), new Uint8Array(0), payload])]) {
      const bytes = encodeEnvelope(payload, [await vendor.signer.sign(message)])
      expect((await refusedEverywhere(bare, bytes)).admission).toBe('transaction.signature')
    }
  })

  it('in another order than the signers are refused', async () => {
    const bare = await fresh()
    const others = [signerOf('x', testKey()), signerOf('y', testKey())]
    const { payload, signatures } = decodeEnvelope(await bare.sign([put('a')], others))
    const bytes = encodeEnvelope(payload, [...signatures].reverse())
    expect((await refusedEverywhere(bare, bytes)).admission).toBe('transaction.signature')
  })

  it('that were taken off or added do not fit the payload', async () => {
    const bare = await fresh()
    const bytes = await bare.sign([put('a')], [vendor.signer, operator.signer])
    const { payload, signatures } = decodeEnvelope(bytes)
    const parts = signatures.map((signature, index) => [
      headers[[vendor, operator][index]!.signer.key.algorithm],
      new Map(),
      signature,
    ])
    const wrap = (list: readonly unknown[]) => encodeCbor([new Uint8Array(0), new Map(), payload, list as never], 98)
    expect(wrap(parts)).toEqual(bytes)
    for (const list of [[], parts.slice(0, 1), [...parts, parts[0]]]) {
      expect(await refusedEverywhere(bare, wrap(list))).toEqual({
        admission: 'codec.envelope',
        block: transactionError.numberOf('malformed'),
      })
    }
  })
})

describe('an executed transaction', () => {
  it('is executed once: again in the same block, in a later one, and signed anew', async () => {
    const bare = await fresh()
    const bytes = await bare.sign([put('a')], [vendor.signer])
    const { payload } = decodeEnvelope(bytes)
    const again = encodeEnvelope(payload, [await vendor.signer.sign(signedBytes(payload, 'ES256'))])
    expect(again).not.toEqual(bytes)
    const duplicate = transactionError.numberOf('duplicate')
    const first = await bare.block([bytes, bytes, again])
    expect(first.results.map(({ code }) => code)).toEqual([0, duplicate, duplicate])
    for (const replay of [bytes, again]) {
      expect(await refusedEverywhere(bare, replay)).toEqual({ admission: 'transaction.duplicate', block: duplicate })
    }
    expect(await bare.chain.processProposal({ ...emptyBlock, transactions: [bytes, again] })).toBe(false)
    const proposal = { ...emptyBlock, candidates: [again, bytes], maximumBytes: 1_000_000 }
    expect(await bare.chain.prepareProposal(proposal)).toEqual([])
  })

  it('that was refused by a rule has used its id up, and only the leaf of ids says so', async () => {
    const bare = await fresh()
    const before = bare.state()
    const bytes = await bare.sign([['probe', 'one', plan([{ act: 'put', id: 'a' }], 'refuse')]], [vendor.signer])
    const { root } = bare.chain.head!
    const refused = await bare.block([bytes])
    expect(refused.results[0]!.code).toBe(9001)
    expect(bare.state()).toBe(before)
    expect(refused.root).not.toEqual(root)
    expect((await bare.block([bytes])).results[0]!.code).toBe(transactionError.numberOf('duplicate'))
  })
})

describe('what names nobody and nothing', () => {
  it.each([
    ['a module that is not there', ['nothing', 'one'], 'unknown-type'],
    ['a type that is not there', ['probe', 'none'], 'unknown-type'],
    ['a type that every object has', ['probe', 'constructor'], 'unknown-type'],
  ] as const)('%s', async (_, [module, type], name) => {
    const bare = await fresh()
    const before = bare.state()
    const operation = { module, type, body: encodeCbor(new Map()) }
    const bytes = await signTransaction(bare.chain.id, [operation], [vendor.signer], bare.time)
    expect(await bare.chain.admit(bytes, 'api')).toMatchObject({
      accepted: false,
      refusal: { code: `transaction.${name}` },
    })
    expect((await bare.block([bytes])).results[0]).toEqual({ code: transactionError.numberOf(name), operations: [] })
    expect(bare.state()).toBe(before)
  })

  it('a kind of signer that no module knows', async () => {
    const bare = await fresh()
    const before = bare.state()
    const bytes = await bare.sign([put('a')], [{ ...vendor.signer, kind: 'constructor' }])
    expect(await bare.chain.admit(bytes, 'api')).toMatchObject({ refusal: { code: 'transaction.unknown-signer-kind' } })
    expect((await bare.block([bytes])).results[0]!.code).toBe(transactionError.numberOf('unknown-signer-kind'))
    expect(bare.state()).toBe(before)
  })
})

describe('bytes that are no transaction get the result "malformed" in a block, and a reason at admission', () => {
  it.each([
    ['nothing', async () => new Uint8Array(0), 'codec.truncated'],
    ['cut short', async (bytes: Uint8Array) => bytes.subarray(0, -1), 'codec.truncated'],
    ['with a byte behind it', async (bytes: Uint8Array) => concat(bytes, Uint8Array.of(0)), 'codec.trailing'],
    [
      'under another tag',
      async (bytes: Uint8Array) => concat(Uint8Array.of(0xd8, 97), bytes.subarray(2)),
      'codec.wrong-tag',
    ],
    ['without a tag', async (bytes: Uint8Array) => bytes.subarray(2), 'codec.wrong-tag'],
    ['above the largest size', async () => new Uint8Array(maximumTransactionBytes + 1), 'codec.too-large'],
    ['nested deep', async () => concat(Uint8Array.of(0xd8, 98), new Uint8Array(1000).fill(0x81)), 'codec.too-deep'],
    [
      'a float',
      async () => concat(Uint8Array.of(0xd8, 98), Uint8Array.of(0x84, 0x40, 0xa0, 0xfa, 0, 0, 0, 0, 0x80)),
      'codec.unsupported',
    ],
    [
      'a length that is not minimal',
      async (bytes: Uint8Array) => concat(bytes.subarray(0, 3), Uint8Array.of(0x58, 0), bytes.subarray(4)),
      'codec.not-minimal',
    ],
  ] as const)('%s', async (_, change, code) => {
    const bare = await fresh()
    const bytes = await change(await bare.sign([put('a')], [vendor.signer]))
    expect(await refusedEverywhere(bare, bytes)).toEqual({
      admission: code,
      block: transactionError.numberOf('malformed'),
    })
    expect(await bare.chain.processProposal({ ...emptyBlock, transactions: [bytes] })).toBe(false)
  })
})

describe('a body is read strictly', () => {
  const text = (value: string) => concat(Uint8Array.of(0x60 | value.length), new TextEncoder().encode(value))
  const [steps, end, done] = ['steps', 'end', 'done'].map(text) as [Uint8Array, Uint8Array, Uint8Array]
  const none = Uint8Array.of(0x80)
  it.each([
    ['nothing but its fields: that one is done', concat(Uint8Array.of(0xa2), end, done, steps, none), 'accepted'],
    ['an unknown field', concat(Uint8Array.of(0xa3), text('enc'), none, end, done, steps, none), 'codec.unknown-field'],
    ['a missing field', concat(Uint8Array.of(0xa1), end, done), 'codec.missing-field'],
    ['a key twice', concat(Uint8Array.of(0xa2), end, done, end, done), 'codec.duplicate-key'],
    ['keys out of order', concat(Uint8Array.of(0xa2), steps, none, end, done), 'codec.key-order'],
    [
      'a float for a list',
      concat(Uint8Array.of(0xa2), end, done, steps, Uint8Array.of(0xf9, 0, 0)),
      'codec.unsupported',
    ],
    [
      'a list without an end',
      concat(Uint8Array.of(0xa2), end, done, steps, Uint8Array.of(0x9f, 0xff)),
      'codec.indefinite',
    ],
    [
      'a list nested 17 deep',
      concat(Uint8Array.of(0xa2), end, done, steps, new Uint8Array(17).fill(0x81), none),
      'codec.too-deep',
    ],
    ['a byte behind it', concat(Uint8Array.of(0xa2), end, done, steps, none, none), 'codec.trailing'],
  ])('%s', async (_, body, code) => {
    const bare = await fresh()
    const before = bare.state()
    const bytes = await signTransaction(
      bare.chain.id,
      [{ module: 'probe', type: 'one', body }],
      [vendor.signer],
      bare.time,
    )
    const admission = await bare.chain.admit(bytes, 'api')
    expect(admission.accepted ? 'accepted' : admission.refusal.code).toBe(code)
    const { results } = await bare.block([bytes])
    expect(results[0]!.code).toBe(admission.accepted ? 0 : admission.refusal.number)
    expect(results[0]!.operations).toEqual(admission.accepted ? [{}] : [])
    expect(bare.state()).toBe(before)
  })
})

const headers = { ES256: encodeCbor(new Map([[1, -7]])), EdDSA: encodeCbor(new Map([[1, -8]])) }

const emptyBlock = {
  height: 1n,
  hash: new Uint8Array(32),
  time: { seconds: 1_800_000_000n, nanos: 0 },
  transactions: [],
  proposer: new Uint8Array(20),
  misbehaviour: [],
  votedLast: [],
}
