/** One worker of `makeCertificates`: a key and a certificate a device; the keys are forgotten. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { issueDeviceCertificate } from '../../pki/certificate/issue.ts'
import { concat, type PublicKey } from '../../src/codec/index.ts'
import { lengthPrefix, type MakerOrder, perFile } from './certificates.ts'

/** Milliseconds: 20 years less a day of slack for the profile's limit. */
const validity = 7304n * 86_400_000n

/** Milliseconds by which certificates are back-dated: a block's clock may be behind this one. */
const backdating = 300_000n

const order: MakerOrder = workerData
for (const { path, first } of order.files) {
  const pieces: Uint8Array[] = []
  for (let number = first; number < first + perFile; number++) {
    const der = await makeOne(number)
    const length = new Uint8Array(lengthPrefix)
    new DataView(length.buffer).setUint16(0, der.length)
    pieces.push(length, der)
  }
  writeFileSync(`${path}.new`, concat(...pieces))
  renameSync(`${path}.new`, path)
  parentPort?.postMessage(path)
}

function makeOne(number: number): Promise<Uint8Array> {
  const publicKeyEncoding = { format: 'der', type: 'spki' } as const
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding })
  const key: PublicKey = { algorithm: 'ES256', spki: publicKey }
  const notBefore = (BigInt(Date.now()) / 1000n) * 1000n - backdating
  return issueDeviceCertificate({
    manufacturer: order.manufacturer,
    serial: `AUR-${String(number).padStart(8, '0')}`,
    chain: order.chain,
    model: 'cell-5g',
    batch: '2026-01',
    firmware: [1, 0, 0],
    notBefore,
    notAfter: notBefore + validity,
    key,
    sign: (message) => sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  })
}
