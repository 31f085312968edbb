import { toHex, utf8 } from '../../src/codec/index.ts'
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

/** The manufacturer, led by its length in one byte, and the serial number. */
export function deviceKey(manufacturer: string, serial: string): Uint8Array {
  const maker = utf8(manufacturer)
  const number = utf8(serial)
  if (maker.length > 255) throw new TypeError('a manufacturer has at most 255 bytes')
  const key = new Uint8Array(1 + maker.length + number.length)
  key[0] = maker.length
  key.set(maker, 1)
  key.set(number, 1 + maker.length)
  return key
}

export function presentState(record: CertificateRecord): CertificateRecord['states'][number]['state'] {
  return record.states.at(-1)!.state
}

function isEnded(record: CertificateRecord): boolean {
  const state = presentState(record)
  return state === 'revoked' || state === 'superseded'
}
