/** Device certificates for tests. */
import { issueDeviceCertificate } from '../../pki/certificate/issue.ts'
import { testKey } from './members.ts'

export type TestDevice = { readonly certificate: Uint8Array; readonly serial: string }

export async function testDevice(
  chain: string,
  manufacturer: string,
  serial: string,
  changes: Partial<Parameters<typeof issueDeviceCertificate>[0]> = {},
): Promise<TestDevice> {
  const { key, sign } = testKey('ES256')
  const now = (BigInt(Date.now()) / 1000n) * 1000n
  const certificate = await issueDeviceCertificate({
    manufacturer,
    serial,
    chain,
    model: 'cell-1',
    batch: 'b1',
    firmware: [1, 0, 0],
    notBefore: now - 300_000n,
    notAfter: now + 365n * 86_400_000n,
    key,
    sign,
    ...changes,
  })
  return { certificate, serial }
}
