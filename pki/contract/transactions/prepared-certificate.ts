import { conform } from '../../../src/codec/index.ts'
import { keyDigest } from '../../../src/crypto/portable/index.ts'
import { governancePorts } from '../../../src/governance/index.ts'
import { type Address, indexAddress, recordAddress, type SignatureCheck } from '../../../src/module/index.ts'
import { type Certificate, parseCertificate, selfSignatureCheck } from '../../certificate/index.ts'
import { certificates, deviceKey } from '../collections.ts'
import { DeviceWord } from '../schemas.ts'

/** A certificate on its way to publication, with what is needed of it at more than one step, worked out once. */
export class PreparedCertificate {
  readonly certificate: Certificate
  /** The check that its signature is by its own key. */
  readonly possession: SignatureCheck
  readonly keyDigest: Uint8Array
  #own: readonly Address[] | undefined
  #device: { readonly manufacturer: string; readonly address: Address } | undefined

  /** @throws what `parseCertificate` throws; codec.schema for a device description that no record could hold */
  constructor(der: Uint8Array) {
    const certificate = parseCertificate(der)
    // What the record could not hold is refused here: later it would look like a defect of this rule.
    if (certificate.device !== undefined) {
      conform(DeviceWord, certificate.device.model)
      conform(DeviceWord, certificate.device.batch)
    }
    this.certificate = certificate
    this.possession = selfSignatureCheck(certificate)
    this.keyDigest = keyDigest(certificate.key)
  }

  /** What publishing it reads; `manufacturer` once somebody with a right to its name is known. */
  reads(manufacturer: string | undefined): readonly Address[] {
    this.#own ??= [
      recordAddress(certificates, this.certificate.fingerprint),
      indexAddress(certificates, 'key', this.keyDigest),
    ]
    if (manufacturer === undefined) return this.#own
    return [...this.#own, this.#deviceAddress(manufacturer), ...governancePorts.member.reads(manufacturer)]
  }

  #deviceAddress(manufacturer: string): Address {
    if (this.#device?.manufacturer !== manufacturer) {
      const key = deviceKey(manufacturer, this.certificate.subject.serialNumber ?? '')
      this.#device = { manufacturer, address: indexAddress(certificates, 'device', key) }
    }
    return this.#device.address
  }
}
