/** Members for tests, with keys that live in this process. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { type PublicKey, utf8 } from '../../src/codec/index.ts'
import { publicKeyFromSpki } from '../../src/crypto/index.ts'
import type { KeyPurpose } from '../../src/module/index.ts'
import { keyPurposes } from '../../src/module/index.ts'
import type { TransactionSigner } from '../../src/node/index.ts'

export type TestKey = { readonly key: PublicKey; readonly sign: (message: Uint8Array) => Uint8Array }

export function testKey(algorithm: 'ES256' | 'EdDSA' = 'EdDSA'): TestKey {
  const pair =
    algorithm === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' }))
  return {
    key: publicKeyFromSpki(spki),
    sign: (message) =>
      new Uint8Array(
        sign(algorithm === 'EdDSA' ? null : 'sha256', message, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
  }
}

export type TestMember = {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly keys: readonly { purpose: KeyPurpose; threshold: number; keys: readonly PublicKey[] }[]
  /** The first key, which serves every purpose unless keys were given. */
  readonly signer: TransactionSigner
}

/** A member whose one key serves every purpose, or with the keys given for some purposes. */
export function testMember(
  id: string,
  roles: readonly string[],
  special: Partial<Record<KeyPurpose, { threshold: number; keys: readonly TestKey[] }>> = {},
): TestMember {
  const own = testKey(id.length % 2 === 0 ? 'EdDSA' : 'ES256')
  const keys = keyPurposes.map((purpose) => ({
    purpose,
    threshold: special[purpose]?.threshold ?? 1,
    keys: (special[purpose]?.keys ?? [own]).map(({ key }) => key),
  }))
  return { id, name: id, roles, keys, signer: signerOf(id, own) }
}

export function signerOf(member: string, { key, sign: signMessage }: TestKey): TransactionSigner {
  return { kind: 'member', subject: utf8(member), key, sign: signMessage }
}
