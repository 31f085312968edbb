/** The worked examples of the reference pages: fixed inputs, so that every run gives the same bytes. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { protocols } from '../../api/protocols.ts'
import { certificates, deviceKey } from '../../pki/contract/index.ts'
import { chainIdOf, Genesis, genesisDigest } from '../../src/chain/index.ts'
import {
  concat,
  encodeAs,
  encodeEnvelope,
  encodePayload,
  fromHex,
  type PublicKey,
  signedBytes,
  toHex,
  utf8,
} from '../../src/codec/index.ts'
import { ed25519Raw, publicKeyFromSpki, sha256 } from '../../src/crypto/index.ts'
import { members, parameterKey, parameters, standings } from '../../src/governance/index.ts'
import { programOf } from '../../src/host/index.ts'
import { indexAddress, recordAddress } from '../../src/module/index.ts'
import { makeOperation } from '../../src/node/index.ts'
import { counterKey } from '../../src/state/index.ts'

const seed = Uint8Array.from({ length: 32 }, (_, index) => index)
const fingerprint = new Uint8Array(32).fill(0xab)

/** The Ed25519 key of RFC 8032 whose seed is the bytes 00 to 1f. */
function exampleKey(): { readonly key: PublicKey; readonly sign: (message: Uint8Array) => Uint8Array } {
  const pkcs8 = concat(fromHex('302e020100300506032b657004220420'), seed)
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  return {
    key: publicKeyFromSpki(new Uint8Array(spki)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  }
}

/** `docs/reference/transactions.md`: vendor-a revokes one certificate. */
export function transactionExample(): Readonly<Record<string, string>> {
  const { key, sign: signMessage } = exampleKey()
  const revoke = programOf(protocols, 1).transactionType('pki', 'revoke')!
  const operation = makeOperation('pki', 'revoke', revoke, [{ fingerprint, reason: 'key-compromise' }])
  const payload = encodePayload({
    chain: 'example-0a1b2c3d',
    operations: [operation],
    validUntil: 1_790_000_000_000n,
    nonce: fromHex('00112233445566778899aabbccddeeff'),
    signers: [{ kind: 'member', subject: utf8('vendor-a'), key }],
  })
  const toSign = signedBytes(payload, key.algorithm)
  const signature = signMessage(toSign)
  return {
    seed: toHex(seed),
    spki: toHex(key.spki),
    body: toHex(operation.body),
    payload: toHex(payload),
    id: toHex(sha256(payload)),
    Sig_structure: toHex(toSign),
    signature: toHex(signature),
    envelope: toHex(encodeEnvelope(payload, [signature])),
  }
}

/** `docs/reference/genesis.md`: one member, one validator. */
export function genesisExample(): Readonly<Record<string, string>> {
  const { key } = exampleKey()
  const genesis: Genesis = {
    name: 'example',
    time: 1_790_000_000_000n,
    protocol: 1,
    members: [
      {
        id: 'vendor-a',
        name: 'Vendor A',
        roles: ['vendor'],
        keys: [{ purpose: 'govern', threshold: 1, keys: [key] }],
      },
    ],
    parameters: [],
    validators: [{ key: ed25519Raw(key), power: 10n }],
  }
  return {
    genesis: toHex(encodeAs(Genesis, genesis)),
    digest: toHex(genesisDigest(genesis)),
    'chain id': chainIdOf(genesis),
  }
}

/** `docs/reference/state-as-bytes.md`: keys of leaves and of index entries. */
export function keyExamples(): Readonly<Record<string, string>> {
  return {
    'member vendor-a': toHex(recordAddress(members, utf8('vendor-a')).key),
    'standing of vendor-a': toHex(recordAddress(standings, utf8('vendor-a')).key),
    'parameter pki/device-profile': toHex(recordAddress(parameters, parameterKey('pki', 'device-profile')).key),
    'certificate ab...ab': toHex(recordAddress(certificates, fingerprint).key),
    'counter of valid certificates': toHex(counterKey('pki', 'certificates', 'state', utf8('valid'))),
    'index entry of device S1 of vendor-a': toHex(
      indexAddress(certificates, 'device', deviceKey('vendor-a', 'S1')).key,
    ),
  }
}
