import { concat, lengthPrefixed, toHex, utf8 } from '../../src/codec/index.ts'
import { defineCollection } from '../../src/module/index.ts'
import { pkiError } from './errors.ts'
import { CertificateRecord } from './schemas.ts'

export const pkiName = 'pki'

export const certificates = defineCollection({
  module: pkiName,
  name: 'certificates',
  value: CertificateRecord,
  key: (record) => record.fingerprint,
  unique: {
    /** A key serves one certificate, for ever: a revoked key never comes back under a new identity. */
    key: {
      of: (record) => record.key,
      taken: (record) => pkiError('key-in-use', { key: toHex(record.key) }),
    },
    /** A device has at most one certificate that is neither revoked nor superseded. */
    device: {
      of: (record) => (isEnded(record) ? undefined : deviceKey(record.manufacturer, record.serial)),
      taken: ({ manufacturer, serial }) => pkiError('device-has-certificate', { manufacturer, serial }),
    },
  },
  counters: {
    state: (record) => utf8(presentState(record)),
    manufacturer: (record) => utf8(record.manufacturer),
  },
  blobs: (record) => [record.fingerprint],
})

export function deviceKey(manufacturer: string, serial: string): Uint8Array {
  return concat(lengthPrefixed(utf8(manufacturer)), utf8(serial))
}

export function presentState(record: CertificateRecord): CertificateRecord['states'][number]['state'] {
  return record.states.at(-1)!.state
}

function isEnded(record: CertificateRecord): boolean {
  const state = presentState(record)
  return state === 'revoked' || state === 'superseded'
}
