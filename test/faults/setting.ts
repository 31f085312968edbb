/** What a node of the fault tests is made of: genesis, validator and members, and the files that its program reads. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chainIdOf, Genesis } from '../../src/chain/index.ts'
import { decodeAs, encodeAs, type PublicKey } from '../../src/codec/index.ts'
import { ed25519Raw, publicKeyFromSpki } from '../../src/crypto/index.ts'
import type { TestMember } from '../ledger/members.ts'

export type Setting = { readonly genesis: Genesis; readonly chain: string; readonly validator: PublicKey }

/** Writes genesis and validator key into a folder. */
export function makeSetting(folder: string, members: readonly TestMember[]): Setting {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const validator = publicKeyFromSpki(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))
  const genesis: Genesis = {
    name: 'faults',
    time: BigInt(Date.now()) - 1000n,
    protocol: 1,
    members: members.map(({ id, name, roles, keys }) => ({ id, name, roles, keys })),
    parameters: [],
    validators: [{ key: ed25519Raw(validator), power: 10n }],
  }
  writeFileSync(join(folder, 'genesis'), encodeAs(Genesis, genesis))
  writeFileSync(join(folder, 'validator.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return { genesis, chain: chainIdOf(genesis), validator }
}

export function readGenesis(folder: string): Genesis {
  return decodeAs(Genesis, readFileSync(join(folder, 'genesis')))
}

export function readValidatorKey(folder: string): {
  readonly spki: Uint8Array
  readonly sign: (message: Uint8Array) => Uint8Array
} {
  const key = createPrivateKey(readFileSync(join(folder, 'validator.pem')))
  const { genesis } = { genesis: readGenesis(folder) }
  return { spki: genesis.validators[0]!.key, sign: (message) => new Uint8Array(sign(null, message, key)) }
}

export const signingStateOf = (folder: string) => join(folder, 'signing-state')
export const votesOf = (folder: string) => join(folder, 'votes')
