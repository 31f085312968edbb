/** What is too much for one record is refused, before anything is written. */
import { describe, expect, it } from 'vitest'
import { protocols as shipped } from '../../api/protocols.ts'
import { defineProtocols } from '../../src/chain/index.ts'
import { Bytes, encodeAs, Struct } from '../../src/codec/index.ts'
import { ed25519Raw } from '../../src/crypto/index.ts'
import { governanceError } from '../../src/governance/index.ts'
import { maximumKeptBytes } from '../../src/governance/limits.ts'
import { maximumValidators } from '../../src/light/index.ts'
import { defineModule, defineParameter } from '../../src/module/index.ts'
import { bareChain, bareGenesis } from '../host/bare-chain.ts'
import { testKey } from '../ledger/members.ts'
import { council, founders, newValidator, operator, vendor } from './council.ts'

describe('governance refuses', () => {
  it('one validator more than a set can have', async () => {
    const validators = Array.from({ length: maximumValidators }, (_, index) => ({
      key: ed25519Raw(testKey().key),
      power: 10n,
      member: founders[index % 4]!.id,
    }))
    const chain = await council({ validators })
    const { code } = await chain.propose([['set-validator', newValidator(chain.id, vendor.id, 1n)]])
    expect(code).toBe(governanceError.numberOf('too-many-validators'))
    const swap = await chain.propose([
      ['set-validator', { member: operator.id, key: validators[0]!.key, power: 9n }],
      ['set-validator', { member: operator.id, key: validators[4]!.key, power: 0n }],
    ])
    expect(swap.code).toBe(0)
  })

  it('a parameter that could be stored, but not be kept beside what replaces it', async () => {
    const schema = Struct({ content: Bytes({ maximum: 32_600 }) })
    const large = defineParameter({
      module: 'large',
      name: 'content',
      schema,
      summary: '',
      initial: { content: new Uint8Array(0) },
    })
    const module = defineModule({
      name: 'large',
      version: 1,
      summary: '',
      collections: [],
      transactions: {},
      parameters: [large],
    })
    const protocols = defineProtocols({
      2: { governance: 2, modules: [module], vectors: shipped.vectors.get(2) ?? '' },
    })
    const chain = await bareChain({ genesis: bareGenesis(founders, [], { protocol: 2 }), protocols })
    const set = (size: number) => {
      const value = encodeAs(schema, { content: new Uint8Array(size) })
      const body = { module: 'large', name: 'content', value, at: 0n }
      return chain.run(
        [['governance', 'set-parameter', body]],
        founders.map(({ signer }) => signer),
      )
    }
    const fits = maximumKeptBytes - 100
    expect((await set(fits)).code).toBe(0)
    expect((await set(fits + 100)).code).toBe(governanceError.numberOf('value-too-large'))
    expect((await set(fits - 1)).code).toBe(0)
    expect(chain.faults).toEqual([])
  })
})
