import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/codec/index.ts'
import {
  encodeLightBlock,
  headerHash,
  type LightBlock,
  parseLightBlock,
  parseLightBlocks,
  parsePinnedBlock,
  validatorsHash,
} from '../../src/light/index.ts'
import { parseJson } from '../../src/light/json/index.ts'
import { blockId, commit, header } from './arbitraries.ts'
import { abcd, abxy, bytesOf, jsonOf, lightBlock } from './light-blocks.ts'

const sets = { 1: abcd, 8: abxy }
const one = lightBlock(sets, 7n, {}, [0, 2, 3])

/** Light blocks of any content: nobody signed them. */
const anyLightBlock: fc.Arbitrary<LightBlock> = fc
  .tuple(header, blockId, fc.integer({ min: 0, max: 2 ** 31 - 1 }), commit)
  .filter(([{ chainId }]) => chainId !== '' && utf8(chainId).length <= 50)
  .map(([given, id, round, { validators, votes }]) => {
    const own = { ...given, nextValidatorsHash: validatorsHash(validators) }
    return { signed: { header: own, round, blockId: { ...id, hash: headerHash(own) }, votes }, validators }
  })

describe('a light block in JSON', () => {
  it('comes back as it was written', () => {
    expect(parseLightBlock(encodeLightBlock(one))).toEqual(one)
    fc.assert(
      fc.property(anyLightBlock, (unsigned) => {
        expect(parseLightBlock(encodeLightBlock(unsigned))).toEqual(unsigned)
      }),
    )
  })

  it('has the form that CometBFT prints', () => {
    const { signed_header: signed, validator_set: set } = jsonOf(one)
    expect(signed).toMatchObject({
      header: {
        version: { block: '11', app: '1' },
        height: '7',
        time: '2027-01-15T08:00:07Z',
        app_hash: expect.stringMatching(/^[0-9A-F]{64}$/),
      },
      commit: {
        height: '7',
        round: 0,
        signatures: [
          { block_id_flag: 2, timestamp: '2027-01-15T08:00:08.000001Z', signature: expect.stringMatching(/==$/) },
          { block_id_flag: 1, validator_address: '', timestamp: '0001-01-01T00:00:00Z', signature: null },
          { block_id_flag: 2 },
          { block_id_flag: 2 },
        ],
      },
    })
    expect(set!.validators).toHaveLength(4)
    expect(set!.validators[0]).toEqual({
      address: expect.stringMatching(/^[0-9A-F]{40}$/),
      pub_key: { type: 'tendermint/PubKeyEd25519', value: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) },
      voting_power: '10',
      proposer_priority: '0',
    })
  })

  it('may say who is absent with null and leave out what is not hashed', () => {
    const json = jsonOf(one)
    Object.assign(json.signed_header.commit.signatures[1]!, { validator_address: null, timestamp: null })
    Object.assign(json.validator_set, { total_voting_power: '40' })
    for (const validator of json.validator_set.validators) Reflect.deleteProperty(validator, 'proposer_priority')
    Reflect.deleteProperty(json.validator_set, 'proposer')
    expect(parseLightBlock(bytesOf({ ...json, provider: 'A0' }))).toEqual(one)
    const { nextValidators: _, ...without } = one
    Reflect.deleteProperty(json, 'next_validator_set')
    expect(parseLightBlock(bytesOf(json))).toEqual(without)
  })

  it('counts a vote for nil as none', () => {
    const json = jsonOf(one)
    Object.assign(json.signed_header.commit.signatures[0]!, { block_id_flag: 3 })
    expect(parseLightBlock(bytesOf(json)).signed.votes.map(({ validator }) => validator)).toEqual([2, 3])
  })

  it('stands in arrays, with blanks anywhere', () => {
    const text = ` [ ${JSON.stringify(jsonOf(one), null, 2)} ,\n${JSON.stringify(jsonOf(one))}\t]\r\n`
    expect(parseLightBlocks(utf8(text))).toEqual([one, one])
  })
})

describe('a pinned light block', () => {
  it('is trusted with both sets', () => {
    expect(parsePinnedBlock(encodeLightBlock(one), { trustingPeriod: 5000n })).toMatchObject({
      height: 7n,
      headerHash: one.signed.blockId.hash,
      validators: abcd,
      nextValidators: abxy,
      trustingPeriod: 5000n,
      threshold: [1n, 3n],
    })
  })

  it('is trusted with one of them, and with its own trusting period in nanoseconds', () => {
    const { validator_set: _, ...nextOnly } = jsonOf(one)
    const trusted = parsePinnedBlock(bytesOf({ ...nextOnly, trusting_period: '1400000000000' }), { trustingPeriod: 1n })
    expect(trusted).toMatchObject({ validators: abxy, nextValidators: abxy, trustingPeriod: 1_400_000n })
    const { next_validator_set: __, ...ownOnly } = jsonOf(one)
    expect(parsePinnedBlock(bytesOf(ownOnly), { trustingPeriod: 1n, threshold: [2n, 3n] })).toMatchObject({
      validators: abcd,
      nextValidators: undefined,
      threshold: [2n, 3n],
    })
  })
})

describe('any JSON of whole numbers', () => {
  it('is read as JSON.parse reads it', () => {
    const value = fc
      .jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
      .map((given) =>
        JSON.parse(JSON.stringify(given), (_, held) =>
          typeof held === 'number' ? Math.trunc(held % 1e15) || 0 : held,
        ),
      )
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1), (given, indent) => {
        const text = JSON.stringify(given, null, indent)
        fc.pre(text.isWellFormed() && !/\\ud[89ab]|\\ud[c-f]/i.test(text))
        expect(parseJson(utf8(text), 1_000_000)).toEqual(JSON.parse(text))
      }),
      { numRuns: 50 },
    )
  })
})
