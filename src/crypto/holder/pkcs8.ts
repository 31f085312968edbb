/** The PKCS#8 form (RFC 5958) in which private keys are written here, byte by byte: all but the secret number is known. */
import { type AlgorithmName, concat, equalBytes, fromHex, type PublicKey } from '../../codec/index.ts'

/** What stands around the 32 bytes of a private key. */
type Pkcs8Form = { readonly before: Uint8Array; readonly after: (key: PublicKey) => Uint8Array }

const secretLength = 32

/** An uncompressed point of P-256 (SEC 1 section 2.3.3). */
const p256PointLength = 65

const forms: Readonly<Record<AlgorithmName, Pkcs8Form>> = {
  // An ECPrivateKey (RFC 5915 section 3) without parameters and with its public key.
  ES256: {
    before: fromHex('308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420'),
    after: ({ spki }) => concat(fromHex('a144034200'), spki.subarray(-p256PointLength)),
  },
  // A CurvePrivateKey (RFC 8410 section 7).
  EdDSA: { before: fromHex('302e020100300506032b657004220420'), after: () => new Uint8Array(0) },
}

/**
 * Whether these are the bytes that are written for the private half of `key`, whatever its number. Libraries pass over
 * some changed bytes of a key file, such as its versions; here none is passed over.
 */
export function isWrittenPkcs8(pkcs8: Uint8Array, key: PublicKey): boolean {
  const { before, after } = forms[key.algorithm]
  const end = before.length + secretLength
  return equalBytes(pkcs8.subarray(0, before.length), before) && equalBytes(pkcs8.subarray(end), after(key))
}
