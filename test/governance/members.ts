/** A consortium for the tests of governance: four members that govern, one that does not, and ways to let them sign. */
import { type ChainProtocols, chainIdOf, type Genesis } from '../../src/chain/index.ts'
import type { TransactionResult } from '../../src/host/index.ts'
import type { TransactionSigner } from '../../src/node/index.ts'
import { type BareChain, bareChain, bareGenesis, type NamedOperation } from '../host/bare-chain.ts'
import { signerOf, testKey, testMember } from '../ledger/members.ts'

export const governKeys = [testKey(), testKey('ES256'), testKey()]
/** Two of its three `govern` keys have to sign; one other key serves every other purpose. */
export const vendor = testMember('vendor-a', ['vendor'], { govern: { threshold: 2, keys: governKeys } })
export const operator = testMember('operator', ['operator'])
export const authority = testMember('ca-one', ['ca'])
export const regulator = testMember('regulator', ['regulator'])
/** A member whose role governs nothing. */
export const guest = testMember('guest', ['guest'])

export const governors = governKeys.map((key) => signerOf(vendor.id, key))
export const quorum: readonly TransactionSigner[] = [operator.signer, authority.signer, regulator.signer]
export const all = [vendor, operator, authority, regulator, guest]

const plainGenesis = bareGenesis(all)
/** The chain of every consortium without parameters of its own: what a new key signs names it. */
export const consortiumId = chainIdOf(plainGenesis)

export async function consortium(
  options: { readonly parameters?: Genesis['parameters']; readonly protocols?: ChainProtocols } = {},
): Promise<Consortium> {
  const genesis = options.parameters === undefined ? plainGenesis : bareGenesis(all, options.parameters)
  const bare = await bareChain(
    options.protocols === undefined ? { genesis } : { genesis, protocols: options.protocols },
  )
  return {
    ...bare,
    bare,
    govern: (type, body, signers = quorum) => bare.run([['governance', type, body]], signers),
    refused: async (operation, signers) => {
      const before = bare.state()
      const { results, events } = await bare.block([await bare.sign([operation], signers)])
      if (bare.state() !== before || events.length > 0) throw new TypeError('a refusal changed the state')
      if (bare.faults.length > 0) throw bare.faults[0]
      return results[0]!
    },
  }
}

export type Consortium = BareChain & {
  readonly bare: BareChain
  govern(type: string, body: unknown, signers?: readonly TransactionSigner[]): Promise<TransactionResult>
  /** Runs an operation that should be refused; fails when anything but the leaf of ids has changed. */
  refused(operation: NamedOperation, signers: readonly TransactionSigner[]): Promise<TransactionResult>
}
