/** What this machine can verify at all: the limit that publication is held against. */
import { verify } from 'node:crypto'
import { parseCertificate } from '../../pki/certificate/index.ts'

/** Verifications that are under way at one time. */
const inFlight = 64

/** Keys are distinct, so that none is imported twice. */
export const verificationKeys = 10_000

type Signed = { readonly spki: Buffer; readonly message: Uint8Array; readonly signature: Uint8Array }

/** Takes apart what is verified, before the clock starts. */
export function selfSignatures(certificates: readonly Uint8Array[]): readonly Signed[] {
  return certificates.map((der) => {
    const { key, toBeSigned, signature } = parseCertificate(der)
    return { spki: Buffer.from(key.spki), message: toBeSigned, signature }
  })
}

/** Asynchronous verifications a second on all cores of node:crypto's pool, each with the import of its key. */
export async function verificationRate(signed: readonly Signed[]): Promise<number> {
  let next = 0
  const work = async () => {
    for (let one = signed[next++]; one !== undefined; one = signed[next++]) await verifyOne(one)
  }
  const beginning = performance.now()
  await Promise.all(Array.from({ length: inFlight }, work))
  return (1000 * signed.length) / (performance.now() - beginning)
}

function verifyOne({ spki, message, signature }: Signed): Promise<void> {
  const key = { key: spki, format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' } as const
  return new Promise((resolve, reject) => {
    verify('sha256', message, key, signature, (error, valid) => {
      if (error !== null) reject(error)
      else if (valid) resolve()
      else reject(new Error('a certificate of the load has a wrong signature'))
    })
  })
}
