/** Hostile files, through the code path of `commonroot light verify`: each has a code that stays. */
import { describe, expect, it } from 'vitest'
import { verifyLightFiles } from '../../api/client/index.ts'
import { utf8 } from '../../src/codec/index.ts'
import {
  encodeLightBlock,
  encodeTrust,
  maximumLightBlockBytes,
  maximumLightBlocks,
  maximumLightBlocksBytes,
  maximumTotalPower,
  orderValidators,
  parseLightBlock,
  timestampFromMilliseconds,
  validatorAddress,
  validatorKey,
} from '../../src/light/index.ts'
import { parseJson } from '../../src/light/json/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { genesisTime, keyOf } from './chain.ts'
import { abcd, abxy, bytesOf, type Json, jsonOf, lightBlock, now, pinned, vwxy } from './light-blocks.ts'

const sets = { 1: abcd, 20: abxy }
const trust = encodeTrust(pinned(lightBlock(sets, 5n)))
const given = { trust, now, clockDrift: 10_000n, trustingPeriod: 86_400_000n }
const verify = (headers: Uint8Array, changes: Partial<typeof given> = {}) =>
  verifyLightFiles({ ...given, headers, ...changes })
const codeAfter = (change: (json: Json) => unknown, height = 6n) => {
  const json = jsonOf(lightBlock(sets, height))
  change(json)
  return verify(bytesOf([json])).code
}

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

describe('a file that is no JSON', () => {
  it.each<[string, string | Uint8Array]>([
    ['empty', ''],
    ['blank', ' \n'],
    ['cut', '[{"signed_header"'],
    ['followed by more', '[] []'],
    ['of two names that are equal', '[{"a":1,"a":1}]'],
    ['of two names that are equal once escapes are read', '[{"a":1,"\\u0061":2}]'],
    ['with a comma too many in an array', '[1,]'],
    ['with a comma too many in an object', '{"a":1,}'],
    ['with a name that is no text', '{a:1}'],
    ['without a colon', '{"a" 1}'],
    ['with a comment', '[/**/]'],
    ['with a fraction', '[1.0]'],
    ['with an exponent', '[1e3]'],
    ['with a leading zero', '[01]'],
    ['with a plus', '[+1]'],
    ['with minus zero', '[-0]'],
    ['with a number beyond 2^53', '[9007199254740993]'],
    ['with NaN', '[NaN]'],
    ['with undefined', '[undefined]'],
    ['with a word in capitals', '[TRUE]'],
    ['with single quotes', "['a']"],
    ['with a control character in a text', '["\n"]'],
    ['with an unknown escape', '["\\x41"]'],
    ['with half an escape', '["\\u00"]'],
    ['with half a surrogate pair', '["\\ud800"]'],
    ['with a text that does not end', '["a'],
    ['with a byte order mark', '\ufeff[]'],
    ['with a blank of another kind', '[\u00a01]'],
    ['of CBOR', trust],
    ['no UTF-8', Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d)],
    ['with an overlong letter', Uint8Array.of(0x5b, 0x22, 0xc1, 0x81, 0x22, 0x5d)],
    ['nested too deep', '['.repeat(17) + ']'.repeat(17)],
    ['nested endlessly', '['.repeat(1_000_000)],
  ])('%s is refused', (_, text) => {
    expect(verify(typeof text === 'string' ? utf8(text) : text)).toMatchObject({
      verified: false,
      code: 'light.json',
      height: 5n,
    })
  })

  it('is refused by its size before it is read', () => {
    expect(verify(new Uint8Array(maximumLightBlocksBytes + 1)).code).toBe('light.json-size')
    expect(refusalOf(() => parseLightBlock(new Uint8Array(maximumLightBlockBytes + 1)))).toBe('light.json-size')
  })

  it('keeps odd names as names', () => {
    expect(Object.keys(parseJson(utf8('{"__proto__":1,"constructor":2}'), 100) as object)).toEqual([
      '__proto__',
      'constructor',
    ])
    expect(verify(utf8('[{"__proto__":{"signed_header":1}}]')).code).toBe('light.form')
  })
})

describe('a file without the form of light blocks', () => {
  it.each<[string, unknown, string]>([
    ['one block without an array', jsonOf(lightBlock(sets, 6n)), 'light.form'],
    ['null', null, 'light.form'],
    ['a text', 'headers', 'light.form'],
    ['an array of arrays', [[]], 'light.form'],
    ['an array of nothing', [null], 'light.form'],
    ['no headers', [], 'light.header-count'],
    ['too many headers', Array(maximumLightBlocks + 1).fill(0), 'light.header-count'],
  ])('%s is refused', (_, value, code) => {
    expect(verify(bytesOf(value)).code).toBe(code)
  })

  const assign = (pick: (json: Json) => object, fields: object) => (json: Json) => Object.assign(pick(json), fields)
  const header = (fields: object) => assign((json) => json.signed_header.header, fields)
  const commit = (fields: object) => assign((json) => json.signed_header.commit, fields)
  const vote = (fields: object) => assign((json) => json.signed_header.commit.signatures[1]!, fields)
  const validator = (fields: object) => assign((json) => json.validator_set.validators[1]!, fields)
  const key = (fields: object) => assign((json) => json.validator_set.validators[1]!.pub_key, fields)
  const without = (pick: (json: Json) => object, name: string) => (json: Json) =>
    Reflect.deleteProperty(pick(json), name)
  const absent = { block_id_flag: 1, validator_address: '', timestamp: '0001-01-01T00:00:00Z', signature: null }

  it.each<[string, (json: Json) => unknown]>([
    ['an unknown field of the block', assign((json) => json, { extra: 1 })],
    ['an unknown field of the signed header', assign((json) => json.signed_header, { canonical: true })],
    ['an unknown field of the header', header({ Height: '6' })],
    ['an unknown field of the version', assign((json) => json.signed_header.header.version, { consensus: '1' })],
    ['an unknown field of the commit', commit({ votes: [] })],
    ['an unknown field of an entry', vote({ extension: '' })],
    ['an unknown field of a set', assign((json) => json.validator_set, { extra: [] })],
    ['an unknown field of a validator', validator({ power: '10' })],
    ['an unknown field of a key', key({ curve: 'x' })],
    ['no signed header', without((json) => json, 'signed_header')],
    ['no validator set', without((json) => json, 'validator_set')],
    ['a validator set that is null', assign((json) => json, { validator_set: null })],
    ['no header', assign((json) => json.signed_header, { header: null })],
    ['no commit', without((json) => json.signed_header, 'commit')],
    ['a height that is a number', header({ height: 6 })],
    ['a height of zero', header({ height: '0' })],
    ['a negative height', header({ height: '-6' })],
    ['a height with a leading zero', header({ height: '06' })],
    ['a height with a blank', header({ height: ' 6' })],
    ['a height in hexadecimal', header({ height: '0x6' })],
    ['a height beyond int64', header({ height: String(2n ** 63n) })],
    ['a version beyond uint64', assign((json) => json.signed_header.header.version, { app: String(2n ** 64n) })],
    ['an empty chain id', header({ chain_id: '' })],
    ['a long chain id', header({ chain_id: 'x'.repeat(51) })],
    ['a chain id that is long in UTF-8', header({ chain_id: '\u00e9'.repeat(26) })],
    ['a time that is a number', header({ time: 0 })],
    ['a day that no month has', header({ time: '2027-02-30T00:00:00Z' })],
    ['a local time', header({ time: '2027-01-15T08:00:06' })],
    ['a hash in lower case', header({ app_hash: 'ab'.repeat(32) })],
    ['a hash with half a byte', header({ app_hash: 'ABC' })],
    ['a hash that is too long', header({ data_hash: 'AB'.repeat(33) })],
    ['a hash that is too short', header({ data_hash: 'AB'.repeat(31) })],
    ['no hash of the validators', header({ validators_hash: '' })],
    ['no hash of the next validators', header({ next_validators_hash: null })],
    ['an app hash without end', header({ app_hash: 'AB'.repeat(65) })],
    ['a proposer without an address', header({ proposer_address: '' })],
    ['half a last block id', header({ last_block_id: { hash: '', parts: { total: 1, hash: '' } } })],
    [
      'a last block id without parts',
      header({ last_block_id: { hash: 'AB'.repeat(32), parts: { total: 0, hash: '' } } }),
    ],
    ['a round with a fraction', commit({ round: '0' })],
    ['a negative round', commit({ round: -1 })],
    ['a round beyond int32', commit({ round: 2 ** 31 })],
    ['a block id that is null', commit({ block_id: null })],
    ['parts beyond uint32', assign((json) => json.signed_header.commit.block_id.parts, { total: 2 ** 32 })],
    ['entries that are no list', commit({ signatures: {} })],
    ['257 entries', commit({ signatures: Array(257).fill(absent) })],
    ['an entry of an unknown kind', vote({ block_id_flag: 4 })],
    ['an entry of kind zero', vote({ block_id_flag: 0 })],
    ['an absent vote with an address', vote({ block_id_flag: 1, timestamp: null, signature: null })],
    ['an absent vote with a time', vote({ ...absent, timestamp: '2027-01-15T08:00:06Z' })],
    ['an absent vote with a signature', vote({ ...absent, signature: 'AAAA' })],
    ['a vote without an address', vote({ validator_address: '' })],
    ['a vote without a signature', vote({ signature: null })],
    ['a short signature', vote({ signature: Buffer.alloc(63).toString('base64') })],
    ['a long signature', vote({ signature: Buffer.alloc(65).toString('base64') })],
    ['a signature in base64url', vote({ signature: `${'_'.repeat(85)}A==` })],
    ['a signature without padding', vote({ signature: 'A'.repeat(86) })],
    ['a signature with blanks', vote({ signature: ` ${Buffer.alloc(64).toString('base64')}` })],
    ['a signature with bits behind its end', vote({ signature: `${'A'.repeat(85)}B==` })],
    ['validators that are no list', assign((json) => json.validator_set, { validators: null })],
    [
      '257 validators',
      (json) =>
        assign((each) => each.validator_set, { validators: Array(257).fill(json.validator_set.validators[0]) })(json),
    ],
    ['a key of another kind', key({ type: 'tendermint/PubKeySecp256k1' })],
    ['a short key', key({ value: Buffer.alloc(31).toString('base64') })],
    ["an address that is not the key's", validator({ address: 'AB'.repeat(20) })],
    ['a power that is a number', validator({ voting_power: 10 })],
    ['a negative power', validator({ voting_power: '-10' })],
    ['a power beyond int64', validator({ voting_power: String(2n ** 63n) })],
    ['a priority that is a word', validator({ proposer_priority: 'high' })],
    ['a wrong total', assign((json) => json.validator_set, { total_voting_power: '41' })],
    ['a proposer without a key', assign((json) => json.validator_set, { proposer: {} })],
    ['a next set that is a list', assign((json) => json, { next_validator_set: [] })],
  ])('%s is refused', (_, change) => {
    expect(codeAfter(change)).toBe('light.form')
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
