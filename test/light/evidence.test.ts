import { describe, expect, it } from 'vitest'
import { voteVerifier } from '../../src/crypto/index.ts'
import {
  type Conflict,
  encodeEvidence,
  followHeaders,
  judgeConflict,
  type LightBlock,
  maximumLightBlocksBytes,
  parseEvidence,
} from '../../src/light/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { digest, validatorSet } from './chain.ts'
import { abcd, abxy, bytesOf, lightBlock, now, pinned, vwxy } from './light-blocks.ts'

const sets = { 1: abcd, 10: abxy, 20: vwxy }
const strangers = validatorSet({ p: 10n, q: 10n })
const at = (height: bigint, given: Parameters<typeof lightBlock>[2] = {}) => lightBlock(sets, height, given)
const fork = (height: bigint) => at(height, { appHash: digest('fork') })
const seen = (blocks: readonly LightBlock[]): Conflict => {
  const { conflict } = followHeaders(pinned(at(5n)), blocks, { now, verifier: voteVerifier })
  if (conflict === undefined) throw new TypeError('these blocks are no fork')
  return conflict
}
const conflict = seen([at(12n), at(25n), fork(25n)])
const json = (of = conflict) => JSON.parse(new TextDecoder().decode(encodeEvidence(of)))
const judged = (value: unknown) => judgeConflict(parseEvidence(bytesOf(value)), voteVerifier)

describe('evidence of a fork', () => {
  it.each<[string, Conflict]>([
    ['with both headers', conflict],
    ['of a pinned header', seen([fork(5n)])],
    ['that begins at the pinned header', seen([at(9n), fork(9n)])],
  ])('%s comes back from its file, and is judged the same', (_, one) => {
    const read = parseEvidence(encodeEvidence(one))
    expect(encodeEvidence(read)).toEqual(encodeEvidence(one))
    expect(judgeConflict(read, voteVerifier)).toEqual(judgeConflict(one, voteVerifier))
  })

  it('holds after the trusting period, and for a reader with another trusted header before it', () => {
    // What the file calls common is replaced by what the reader trusts.
    const own = { ...conflict, common: { ...pinned(at(12n)), trustingPeriod: 1n } }
    expect(judgeConflict(own, voteVerifier).height).toBe(25n)
    const before = seen([at(9n), fork(9n)])
    expect(judgeConflict({ ...before, common: pinned(at(3n)) }, voteVerifier).height).toBe(9n)
  })

  it('accuses nobody who trusts other validators', () => {
    expect(refusalOf(() => judgeConflict({ ...conflict, common: pinned(lightBlock({ 1: abcd }, 2n)) }))).toBe(
      'light.evidence',
    )
  })
})

describe('evidence that shows no fork', () => {
  it.each<[string, Partial<Record<'one' | 'other', readonly LightBlock[]>>]>([
    ['of the same header twice', { one: [at(25n)], other: [at(25n)] }],
    ['of headers of two heights', { one: [at(25n)], other: [fork(26n)] }],
    ['of nothing', { one: [], other: [] }],
    ['of a header that the validators before do not vouch for', { other: [lightBlock({ 1: strangers }, 25n)] }],
    ['of a header that too few signed', { other: [lightBlock(sets, 25n, { appHash: digest('fork') }, [0, 1])] }],
    ['of headers that fall', { one: [at(25n), at(24n)], other: [fork(24n)] }],
  ])('%s is refused', (_, sides) => {
    expect(refusalOf(() => judgeConflict({ ...conflict, ...sides }, voteVerifier))).toBe('light.evidence')
  })

  it('for a forged vote is refused', () => {
    const given = json()
    const { signatures } = given.other[0].signed_header.commit
    signatures[0].signature = signatures[1].signature
    expect(refusalOf(() => judged(given))).toBe('light.evidence')
  })
})

describe('a malformed evidence file', () => {
  it.each<[string, (given: ReturnType<typeof json>) => unknown, string]>([
    ['of another format', (given) => Object.assign(given, { format: 'commonroot-evidence-2' }), 'light.form'],
    ['of no format', (given) => Reflect.deleteProperty(given, 'format'), 'light.form'],
    ['with an unknown field', (given) => Object.assign(given, { extra: 1 }), 'light.form'],
    ['without a common header', (given) => Object.assign(given, { common: null }), 'light.form'],
    ['with an unknown field of the common header', (given) => Object.assign(given.common, { eras: [] }), 'light.form'],
    ['with a height of zero', (given) => Object.assign(given.common, { height: '0' }), 'light.form'],
    ['with no hash', (given) => Object.assign(given.common, { header_hash: '' }), 'light.form'],
    ['with a side that is no list', (given) => Object.assign(given, { one: {} }), 'light.form'],
    ['with a side that is endless', (given) => Object.assign(given, { one: Array(4097).fill(0) }), 'light.form'],
    ['with a block that is none', (given) => Object.assign(given, { other: [1] }), 'light.form'],
    [
      'with no validators',
      (given) => Object.assign(given.common.validator_set, { validators: [] }),
      'light.validator-set',
    ],
    [
      'with a next set that was not announced',
      (given) =>
        Object.assign(given.common, {
          next_validator_set: given.common.validator_set,
          next_validators_hash: 'AB'.repeat(32),
        }),
      'light.next-validators-hash',
    ],
    [
      'with entries out of place',
      (given) => given.one[0].signed_header.commit.signatures.reverse(),
      'light.vote-place',
    ],
  ])('%s is refused', (_, change, code) => {
    const given = json()
    change(given)
    expect(refusalOf(() => judged(given))).toBe(code)
  })

  it('that is cut, followed by more or too large is refused', () => {
    const bytes = encodeEvidence(conflict)
    expect(refusalOf(() => parseEvidence(bytes.subarray(0, -1)))).toBe('light.json')
    expect(refusalOf(() => parseEvidence(new Uint8Array([...bytes, 0x30])))).toBe('light.json')
    expect(refusalOf(() => parseEvidence(new Uint8Array(maximumLightBlocksBytes + 1)))).toBe('light.json-size')
    expect(refusalOf(() => encodeEvidence({ ...conflict, one: Array(5000).fill(at(25n)) }))).toBe('light.json-size')
  })
})
