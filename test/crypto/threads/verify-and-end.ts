/** A program that verifies and does nothing else: whether it ends is what is tested. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { publicKeyFromSpki, verifySignatures } from '../../../src/crypto/index.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const key = publicKeyFromSpki(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))
const message = Uint8Array.of(1, 2, 3)
const signature = new Uint8Array(sign(null, message, privateKey))
const verdicts = await verifySignatures(Array.from({ length: 100 }, () => ({ key, message, signature })))
console.log(`${verdicts.filter((holds) => holds).length} of ${verdicts.length}`)
