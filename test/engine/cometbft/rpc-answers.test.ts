import { describe, expect, it } from 'vitest'
import { Fields, toHex } from '../../../src/codec/index.ts'

import { progressOf, signedHeaderOf, validatorsOf } from '../../../src/engine/cometbft/rpc-answers.ts'
import { engineError } from '../../../src/engine/index.ts'
import { validatorAddress, validatorKey } from '../../../src/light/index.ts'
import { refusalOf } from '../refusal.ts'

const hash = 'AB'.repeat(32)
const address = '01'.repeat(20)
/** Of the key of 32 bytes that are all 5. */
const ownAddress = toHex(validatorAddress(validatorKey(new Uint8Array(32).fill(5)))).toUpperCase()

function commit() {
  return {
    signed_header: {
      header: {
        version: { block: '11', app: '1' } as Record<string, unknown>,
        chain_id: 'tiny-0a1b2c3d',
        height: '2' as unknown,
        time: '2026-01-02T03:04:05.000000006Z' as unknown,
        last_block_id: { hash, parts: { total: 1, hash } } as Record<string, unknown>,
        last_commit_hash: hash,
        data_hash: hash,
        validators_hash: hash,
        next_validators_hash: hash,
        consensus_hash: hash,
        app_hash: hash as unknown,
        last_results_hash: hash,
        evidence_hash: hash,
        proposer_address: address,
      },
      commit: {
        height: '2',
        round: 0 as unknown,
        block_id: { hash, parts: { total: 1 as unknown, hash } },
        signatures: [
          { block_id_flag: 1, validator_address: '', timestamp: '0001-01-01T00:00:00Z', signature: null },
          {
            block_id_flag: 2,
            validator_address: address,
            timestamp: '2026-01-02T03:04:06Z',
            signature: Buffer.alloc(64, 1).toString('base64'),
          },
          {
            block_id_flag: 3,
            validator_address: address,
            timestamp: '2026-01-02T03:04:06Z',
            signature: Buffer.alloc(64, 2).toString('base64'),
          },
        ] as Record<string, unknown>[],
      },
    },
    canonical: true,
  }
}

type Answer = ReturnType<typeof commit>
const read = (answer: unknown) =>
  new Fields(answer, 'answer', (path, expected) => engineError('rpc-answer', { path, expected }))
const refusalAfter = (change: (answer: Answer) => void) =>
  refusalOf(() => {
    const answer = commit()
    change(answer)
    return signedHeaderOf(read(answer))
  })

describe('an answer to /commit', () => {
  it('becomes a signed header: votes for the block only, under the index of their validator', () => {
    const { header, votes, blockId } = signedHeaderOf(read(commit()))
    expect(header).toMatchObject({ height: 2n, version: { block: 11n, app: 1n } })
    expect(header.time).toEqual({ seconds: 1_767_323_045n, nanos: 6 })
    expect(blockId).toEqual({
      hash: new Uint8Array(32).fill(0xab),
      partsTotal: 1,
      partsHash: new Uint8Array(32).fill(0xab),
    })
    expect(votes).toEqual([
      { validator: 1, time: { seconds: 1_767_323_046n, nanos: 0 }, signature: new Uint8Array(64).fill(1) },
    ])
  })

  it('of the first block has no last block, and Go leaves a zero version out', () => {
    const answer = commit()
    answer.signed_header.header.last_block_id = { hash: '', parts: { total: 0, hash: '' } }
    answer.signed_header.header.version = { block: '11' }
    const { header } = signedHeaderOf(read(answer))
    expect(header.lastBlockId).toBeUndefined()
    expect(header.version.app).toBe(0n)
  })

  it.each<[string, (answer: Answer) => void]>([
    ['a height that is a number', ({ signed_header: { header } }) => Object.assign(header, { height: 2 })],
    ['a height with a leading zero', ({ signed_header: { header } }) => Object.assign(header, { height: '02' })],
    ['a height beyond int64', ({ signed_header: { header } }) => Object.assign(header, { height: String(2n ** 63n) })],
    ['a height of zero', ({ signed_header: { header } }) => Object.assign(header, { height: '0' })],
    ['a hash in lower case', ({ signed_header: { header } }) => Object.assign(header, { app_hash: 'ab'.repeat(32) })],
    ['a short hash', ({ signed_header: { header } }) => Object.assign(header, { app_hash: 'AB'.repeat(31) })],
    ['no hash', ({ signed_header: { header } }) => Object.assign(header, { app_hash: '' })],
    ['a hash that is null', ({ signed_header: { header } }) => Object.assign(header, { app_hash: null })],
    [
      'a time without an offset',
      ({ signed_header: { header } }) => Object.assign(header, { time: '2026-01-02T03:04:05' }),
    ],
    [
      'a day that no month has',
      ({ signed_header: { header } }) => Object.assign(header, { time: '2026-02-30T03:04:05Z' }),
    ],
    ['a round with a fraction', ({ signed_header: { commit: given } }) => Object.assign(given, { round: 0.5 })],
    ['a negative round', ({ signed_header: { commit: given } }) => Object.assign(given, { round: -1 })],
    ['no parts', ({ signed_header: { commit: given } }) => Object.assign(given.block_id.parts, { total: 0 })],
    ['no commit', ({ signed_header }) => Object.assign(signed_header, { commit: null })],
    ['signatures that are no list', ({ signed_header: { commit: given } }) => Object.assign(given, { signatures: {} })],
    [
      'a vote of an unknown kind',
      ({ signed_header: { commit: given } }) => Object.assign(given.signatures[1]!, { block_id_flag: 4 }),
    ],
    [
      'a short signature',
      ({ signed_header: { commit: given } }) => Object.assign(given.signatures[1]!, { signature: 'AAAA' }),
    ],
    [
      'a signature with bad padding',
      ({ signed_header: { commit: given } }) =>
        Object.assign(given.signatures[1]!, { signature: `${'A'.repeat(85)}B=` }),
    ],
    ['a list instead of an object', (answer) => Object.assign(answer, { signed_header: [] })],
  ])('with %s is refused', async (_, change) => {
    expect(await refusalAfter(change)).toBe('engine.rpc-answer')
  })
})

describe('an answer to /validators', () => {
  const answer = (type: string, power: string) => ({
    block_height: '1',
    validators: [
      { address: ownAddress, pub_key: { type, value: Buffer.alloc(32, 5).toString('base64') }, voting_power: power },
    ],
    count: '1',
    total: '1',
  })

  it('becomes validators', () => {
    const { total, page } = validatorsOf(read(answer('tendermint/PubKeyEd25519', '10')))
    expect(total).toBe(1)
    expect(page).toMatchObject([{ key: { algorithm: 'EdDSA' }, power: 10n }])
  })

  it('with another kind of key or without power is refused', async () => {
    expect(await refusalOf(() => validatorsOf(read(answer('tendermint/PubKeySecp256k1', '10'))))).toBe(
      'engine.rpc-answer',
    )
    expect(await refusalOf(() => validatorsOf(read(answer('tendermint/PubKeyEd25519', '0'))))).toBe('engine.rpc-answer')
  })
})

describe('an answer to /status', () => {
  it('becomes heights', () => {
    const sync = { latest_block_height: '9', earliest_block_height: '3', catching_up: false }
    const answer = read({ sync_info: sync, validator_info: { voting_power: '10' } })
    expect(progressOf(answer)).toEqual({ height: 9n, earliest: 3n, catchingUp: false, power: 10n })
  })

  it('with a word for a flag is refused', async () => {
    const sync = { latest_block_height: '9', earliest_block_height: '3', catching_up: 'false' }
    expect(await refusalOf(() => progressOf(read({ sync_info: sync })))).toBe('engine.rpc-answer')
  })
})
