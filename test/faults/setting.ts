/** What outlives a node's process: the folder with genesis, validator key, signing state and the record of its votes. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Genesis } from '../../src/chain/index.ts'
import { decodeAs, encodeAs, type PublicKey, toHex } from '../../src/codec/index.ts'
import { ed25519Raw, publicKeyFromSpki } from '../../src/crypto/index.ts'
import type { SoloKey } from '../../src/engine/index.ts'
import type { TestMember } from '../ledger/members.ts'

const genesisFile = 'genesis'
const keyFile = 'validator.pem'
const votesFile = 'votes'

export function signingStateOf(folder: string): string {
  return join(folder, 'signing-state')
}

/** Makes a chain of these members, with a validator key of its own unless somebody else keeps it. */
export function makeSetting(
  folder: string,
  members: readonly TestMember[],
  validator: PublicKey = makeValidatorKey(folder),
): Genesis {
  const genesis: Genesis = {
    name: 'faults',
    time: BigInt(Date.now()) - 1000n,
    protocol: 1,
    members: members.map(({ id, name, roles, keys }) => ({ id, name, roles, keys })),
    parameters: [],
    validators: [{ key: ed25519Raw(validator), power: 10n }],
  }
  writeFileSync(join(folder, genesisFile), encodeAs(Genesis, genesis))
  return genesis
}

function makeValidatorKey(folder: string): PublicKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(folder, keyFile), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return publicKeyOf(publicKey)
}

export function readGenesis(folder: string): Genesis {
  return decodeAs(Genesis, readFileSync(join(folder, genesisFile)))
}

/** The validator's key. Whatever it is asked to sign is written down first, also what never leaves the process. */
export function openValidatorKey(folder: string): SoloKey {
  const key = createPrivateKey(readFileSync(join(folder, keyFile)))
  return {
    key: publicKeyOf(createPublicKey(key)),
    sign: async (message) => {
      appendFileSync(join(folder, votesFile), `${toHex(message)}\n`)
      return new Uint8Array(sign(null, message, key))
    },
  }
}

/** Every message that the validator key was asked to sign, in order; none when CometBFT keeps the key. */
export function readVotes(folder: string): readonly Uint8Array[] {
  if (!existsSync(join(folder, keyFile))) return []
  const lines = readFileSync(join(folder, votesFile), 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => Uint8Array.fromHex(line))
}

function publicKeyOf(key: KeyObject): PublicKey {
  return publicKeyFromSpki(new Uint8Array(key.export({ type: 'spki', format: 'der' })))
}
