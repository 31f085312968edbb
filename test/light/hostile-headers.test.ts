/** Attacks in files of sound form: each has a code that stays. */
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/codec/index.ts'
import {
  encodeLightBlock,
  maximumTotalPower,
  orderValidators,
  parseLightBlock,
  timestampFromMilliseconds,
  validatorAddress,
  validatorKey,
} from '../../src/light/index.ts'
import { genesisTime, keyOf } from './chain.ts'
import { codeAfter, sets, trust, verify } from './hostile-files.ts'
import { abcd, abxy, bytesOf, type Json, jsonOf, lightBlock, vwxy } from './light-blocks.ts'

describe('headers that are sound', () => {
  it('are verified: so that what follows is refused for what it changes', () => {
    for (const height of [6n, 9n, 30n]) {
      expect(verify(bytesOf([jsonOf(lightBlock(sets, height))]))).toEqual({
        verified: true,
        code: 'light.verified',
        height,
      })
    }
  })
})

describe('an attack with sound form', () => {
  const reorder = (json: Json) => {
    json.validator_set.validators.reverse()
    json.signed_header.commit.signatures.reverse()
  }

  it.each<[string, (json: Json) => unknown, string]>([
    ['the wrong order of validators', reorder, 'light.validator-set'],
    [
      'entries in another order than the set',
      (json) => json.signed_header.commit.signatures.reverse(),
      'light.vote-place',
    ],
    ['an entry too few', (json) => json.signed_header.commit.signatures.pop(), 'light.vote-place'],
    [
      'an entry too many',
      (json) => json.signed_header.commit.signatures.push(json.signed_header.commit.signatures[0]!),
      'light.vote-place',
    ],
    [
      'the vote of one validator in the place of another',
      ({ signed_header: { commit } }) => {
        commit.signatures[1] = commit.signatures[0]!
      },
      'light.vote-place',
    ],
    [
      'a validator without power',
      (json) => Object.assign(json.validator_set.validators[3]!, { voting_power: '0' }),
      'light.validator-set',
    ],
    [
      'more power than fits',
      (json) => Object.assign(json.validator_set.validators[0]!, { voting_power: String(maximumTotalPower) }),
      'light.validator-set',
    ],
    [
      'more power than int64 has',
      (json) => {
        for (const one of json.validator_set.validators) one.voting_power = String(2n ** 63n - 1n)
      },
      'light.validator-set',
    ],
    [
      'other powers than the header covers',
      (json) => Object.assign(json.validator_set.validators[0]!, { voting_power: '11' }),
      'light.validators-hash',
    ],
    [
      'no validators',
      (json) => {
        json.validator_set.validators = []
        json.signed_header.commit.signatures = []
      },
      'light.validator-set',
    ],
    ['another chain', (json) => Object.assign(json.signed_header.header, { chain_id: 'other' }), 'light.foreign-chain'],
    [
      'another block protocol',
      (json) => Object.assign(json.signed_header.header.version, { block: '12' }),
      'light.header',
    ],
    [
      'a changed header',
      (json) => Object.assign(json.signed_header.header, { app_hash: 'AB'.repeat(32) }),
      'light.block-hash',
    ],
    [
      'a commit for another block',
      (json) => Object.assign(json.signed_header.commit.block_id, { hash: 'AB'.repeat(32) }),
      'light.block-hash',
    ],
    [
      'a commit of another height',
      (json) => Object.assign(json.signed_header.commit, { height: '7' }),
      'light.block-hash',
    ],
    [
      'votes of another round',
      (json) => Object.assign(json.signed_header.commit, { round: 1 }),
      'light.vote-signature',
    ],
    [
      'other parts',
      (json) => Object.assign(json.signed_header.commit.block_id.parts, { total: 2 }),
      'light.vote-signature',
    ],
    [
      'a vote with another time',
      (json) => Object.assign(json.signed_header.commit.signatures[3]!, { timestamp: '2027-01-15T08:00:09Z' }),
      'light.vote-signature',
    ],
    [
      "another validator's signature",
      ({ signed_header: { commit } }) =>
        Object.assign(commit.signatures[0]!, { signature: commit.signatures[1]!.signature }),
      'light.vote-signature',
    ],
    [
      'votes for nil that would be needed',
      ({ signed_header: { commit } }) => {
        for (const entry of commit.signatures.slice(0, 2)) entry.block_id_flag = 3 as 2
      },
      'light.not-enough-power',
    ],
    [
      'absent votes that would be needed',
      ({ signed_header: { commit } }) => {
        for (const entry of commit.signatures.slice(0, 2)) {
          Object.assign(entry, { block_id_flag: 1, validator_address: '', timestamp: null, signature: '' })
        }
      },
      'light.not-enough-power',
    ],
    [
      'a next set that was not announced',
      (json) => Object.assign(json, { next_validator_set: jsonOf(lightBlock({ 1: vwxy }, 6n)).validator_set }),
      'light.next-validators-hash',
    ],
    ['an empty next set', (json) => Object.assign(json.next_validator_set!, { validators: [] }), 'light.validator-set'],
  ])('%s is refused', (_, change, code) => {
    expect(codeAfter(change)).toBe(code)
    expect(codeAfter(change, 9n)).toBe(code)
  })

  it('a validator who is in the set twice, and voted twice, is refused', () => {
    // Two entries of one key at the front: by index each of them counts.
    const twice = [abcd[0]!, abcd[0]!, abcd[1]!]
    const { signed } = lightBlock({ 1: twice }, 9n)
    expect(verify(bytesOf([jsonOf({ signed, validators: twice })])).code).toBe('light.validator-set')
    const stronger = orderValidators([{ key: keyOf('a'), power: 30n }, { key: keyOf('a'), power: 10n }, abcd[1]!])
    const other = lightBlock({ 1: stronger }, 9n).signed
    expect(verify(bytesOf([jsonOf({ signed: other, validators: stronger })])).code).toBe('light.validator-set')
  })

  it('validators of their own making with all the power are refused, next or later', () => {
    const forged = { 1: vwxy }
    expect(verify(bytesOf([jsonOf(lightBlock(forged, 6n))])).code).toBe('light.next-validators')
    expect(verify(bytesOf([jsonOf(lightBlock(forged, 9n))])).code).toBe('light.not-enough-trusted-power')
  })

  it('a trusted validator with little power in a forged set does not lend it the rest', () => {
    const forged = orderValidators([{ key: keyOf('a'), power: 1n }, ...vwxy])
    const one = lightBlock({ 1: forged }, 9n)
    expect(verify(bytesOf([jsonOf(one)])).code).toBe('light.not-enough-trusted-power')
  })

  it.each([
    [6n, -1n, 'light.time-order'],
    [6n, 0n, 'light.time-order'],
    [9n, -1n, 'light.time-order'],
    [9n, 995_000n + 10_000n, 'light.from-the-future'],
  ])('height %s at %s ms after the trusted time is refused', (height, after, code) => {
    const time = timestampFromMilliseconds(genesisTime + 5000n + after)
    expect(verify(bytesOf([jsonOf(lightBlock(sets, height, { time }))])).code).toBe(code)
  })

  it('a height below the trusted one is refused, and headers in falling order', () => {
    expect(verify(bytesOf([jsonOf(lightBlock(sets, 4n))]))).toMatchObject({ code: 'light.height-order', height: 5n })
    const falling = [7n, 6n].map((height) => jsonOf(lightBlock(sets, height)))
    expect(verify(bytesOf(falling))).toMatchObject({ verified: false, code: 'light.height-order', height: 7n })
  })

  it('after the trusting period everything is refused', () => {
    const late = genesisTime + 5000n + 86_400_000n
    const headers = encodeLightBlocks(6n)
    expect(verify(headers, { now: late })).toMatchObject({ code: 'light.trust-expired', height: 5n })
    expect(verify(headers, { now: late - 1n }).verified).toBe(true)
  })

  it('a header with small-order key and signature is judged as the chain judges it', () => {
    // Such a signature fits every message: ZIP-215 takes it, and so does the chain. The trusted power still decides.
    const weak = { key: validatorKey(Uint8Array.fromHex(`01${'00'.repeat(31)}`)), power: 100n }
    const set = orderValidators([...abcd, weak])
    const { signed } = lightBlock({ 1: set }, 9n, { proposerAddress: validatorAddress(weak.key) }, [1, 2, 3, 4])
    const signature = Uint8Array.fromHex(`01${'00'.repeat(63)}`)
    const votes = [{ validator: 0, time: signed.votes[0]!.time, signature }, ...signed.votes]
    const headers = bytesOf([jsonOf({ signed: { ...signed, votes }, validators: set })])
    expect(verify(headers)).toMatchObject({ verified: true, height: 9n })
  })
})

function encodeLightBlocks(...heights: readonly bigint[]): Uint8Array {
  return bytesOf(heights.map((height) => jsonOf(lightBlock(sets, height))))
}

describe('a pinned light block', () => {
  const headers = encodeLightBlocks(9n)
  const pin = (change: (json: Json) => unknown) => {
    const json = jsonOf(lightBlock(sets, 5n))
    change(json)
    return verify(headers, { trust: bytesOf(json) })
  }

  it('that is sound is trusted', () => {
    expect(pin(() => undefined)).toEqual({ verified: true, code: 'light.verified', height: 9n })
  })

  it.each<[string, (json: Json) => unknown, string]>([
    [
      'of two sets that are both missing',
      (json) => Object.assign(json, { validator_set: null, next_validator_set: null }),
      'light.form',
    ],
    ['of an unknown field', (json) => Object.assign(json, { trust: 1 }), 'light.form'],
    ['of a trusting period that is a number', (json) => Object.assign(json, { trusting_period: 1 }), 'light.form'],
    ['of no trusting period', (json) => Object.assign(json, { trusting_period: '0' }), 'trust.period'],
    [
      'of an endless trusting period',
      (json) => Object.assign(json, { trusting_period: String(2n ** 63n - 1n) }),
      'trust.period',
    ],
    [
      'of another set than its own',
      (json) => Object.assign(json, { validator_set: jsonOf(lightBlock({ 1: abxy }, 5n)).validator_set }),
      'light.vote-place',
    ],
    [
      'of another next set',
      (json) => Object.assign(json, { next_validator_set: jsonOf(lightBlock({ 1: abxy }, 5n)).validator_set }),
      'light.next-validators-hash',
    ],
    ['that was changed', (json) => Object.assign(json.signed_header.header, { app_hash: '' }), 'light.block-hash'],
    [
      'that was changed, without its own set',
      (json) => {
        Object.assign(json, { validator_set: null })
        Object.assign(json.signed_header.header, { app_hash: '' })
      },
      'light.block-hash',
    ],
    [
      'that too few signed',
      (json) => {
        for (const entry of json.signed_header.commit.signatures.slice(2)) entry.block_id_flag = 3 as 2
      },
      'light.not-enough-power',
    ],
    [
      'with a forged vote',
      ({ signed_header: { commit } }) => {
        commit.signatures[0]!.signature = commit.signatures[1]!.signature
      },
      'light.vote-signature',
    ],
  ])('%s is refused', (_, change, code) => {
    expect(pin(change)).toMatchObject({ verified: false, code })
    expect(pin(change)).not.toHaveProperty('height')
  })

  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'light.json'],
    ['an array', bytesOf([jsonOf(lightBlock(sets, 5n))]), 'light.form'],
    ['a trust file that is cut', trust.subarray(0, -1), 'trust.checksum'],
    ['a trust file with a flipped bit', trust.with(40, trust[40]! ^ 1), 'trust.checksum'],
    ['zeros', new Uint8Array(100), 'trust.checksum'],
  ])('%s instead is refused', (_, bytes, code) => {
    expect(verify(headers, { trust: bytes }).code).toBe(code)
  })
})

describe('a light block in JSON with one changed character', () => {
  it('is refused, or says the same', () => {
    const one = lightBlock(sets, 6n)
    const bytes = encodeLightBlock(one)
    const open = utf8('[')
    const close = utf8(']')
    let unnoticed = 0
    // Every 7th byte: all fields are met.
    for (let offset = 0; offset < bytes.length; offset += 7) {
      const changed = bytes.with(offset, bytes[offset]! ^ 1)
      const { verified, code } = verify(new Uint8Array([...open, ...changed, ...close]))
      if (!verified) {
        expect(code).toMatch(/^light\./)
        continue
      }
      unnoticed++
      expect(parseLightBlock(changed)).toEqual(one)
    }
    // What no hash covers and nobody reads: the priorities.
    expect(unnoticed).toBeLessThan(5)
  })
})
