/** Files that are no light blocks: each has a code that stays. */
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/codec/index.ts'
import {
  maximumLightBlockBytes,
  maximumLightBlocks,
  maximumLightBlocksBytes,
  parseLightBlock,
} from '../../src/light/index.ts'
import { parseJson } from '../../src/light/json/index.ts'
import { refusalOf } from '../codec/refusal.ts'
import { codeAfter, sets, trust, verify } from './hostile-files.ts'
import { bytesOf, type Json, jsonOf, lightBlock } from './light-blocks.ts'

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
    ['of more values than light blocks have', `[${'{},'.repeat(1_000_000)}0]`],
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
