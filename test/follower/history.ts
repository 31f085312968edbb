/** Random histories of certificates on a chain that is driven block by block. */
import { parseCertificate } from '../../pki/certificate/index.ts'
import { issueVoucher } from '../../pki/voucher/index.ts'
import type { SeededRandom } from '../faults/seeded-random.ts'
import { testDevice } from '../ledger/devices.ts'
import { type DrivenChain, drivenStart } from '../ledger/driven-chain.ts'
import { type TestMember, testMember } from '../ledger/members.ts'

export const vendor = testMember('vendor-a', ['vendor'])
export const otherVendor = testMember('vendor-bb', ['vendor'])
export const regulator = testMember('regulator', ['regulator'])
export const members = [vendor, otherVendor, regulator]

const versions: readonly [readonly number[], ...(readonly number[])[]] = [[1], [1, 0], [1, 2], [2, 10, 7], [2, 9]]

/** Few values of each kind, so that searches find several certificates and devices get a second one. */
export const words = {
  manufacturer: [vendor.id, otherVendor.id],
  serial: ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A10', 'A11', 'B1', 'B2', 'B3'],
  model: ['cell-1', 'cell-2', "cell'; drop table pki_certificate; --"],
  batch: ['lot-1', 'lot-2'],
  firmware: versions,
  commonName: ['cell.example', 'größer', undefined],
  validityDays: [30n, 60n, 90n],
} as const

const day = 86_400_000n

export class CertificateHistory {
  readonly #driven: DrivenChain
  readonly #random: SeededRandom
  readonly #published: Uint8Array[] = []

  constructor(driven: DrivenChain, random: SeededRandom) {
    this.#driven = driven
    this.#random = random
  }

  async blocks(count: number): Promise<void> {
    for (let made = 0; made < count; made++) await this.block()
  }

  /** A block with up to three transactions; some have none. */
  async block(): Promise<void> {
    const transactions: Uint8Array[] = []
    for (let left = this.#random.whole(4); left > 0; left--) transactions.push(await this.#transaction())
    await this.#driven.block(...transactions)
  }

  #transaction(): Promise<Uint8Array> {
    const member = this.#random.pick([vendor, otherVendor])
    const chance = this.#random.whole(10)
    if (chance < 4) return this.#publish(member)
    if (chance < 6) return this.#carry(member)
    return chance < 9 ? this.#revoke() : this.#massRevoke(member)
  }

  async #publish(member: TestMember): Promise<Uint8Array> {
    const items = await this.#certificates(member)
    return this.#driven.sign([['pki', 'publish', items]], [member.signer])
  }

  async #carry(member: TestMember): Promise<Uint8Array> {
    const voucher = await issueVoucher(
      {
        chain: this.#driven.chain.id,
        manufacturer: member.id,
        serials: { from: 'A1', to: 'A9' },
        expires: this.#driven.time + day,
      },
      [member.signer],
    )
    const items = (await this.#certificates(member)).map((item) => ({ ...item, voucher }))
    return this.#driven.sign([['pki', 'publish-vouched', items]], [regulator.signer])
  }

  async #certificates(member: TestMember): Promise<readonly { readonly certificate: Uint8Array }[]> {
    const { serial, model, batch, firmware, commonName, validityDays } = words
    const items: { readonly certificate: Uint8Array }[] = []
    for (let left = 1 + this.#random.whole(4); left > 0; left--) {
      const name = this.#random.pick(commonName)
      const { certificate } = await testDevice(this.#driven.chain.id, member.id, this.#random.pick(serial), {
        model: this.#random.pick(model),
        batch: this.#random.pick(batch),
        firmware: this.#random.pick(firmware),
        notBefore: drivenStart - 300_000n,
        notAfter: drivenStart + this.#random.pick(validityDays) * day,
        ...(name === undefined ? {} : { commonName: name }),
      })
      this.#published.push(parseCertificate(certificate).fingerprint)
      items.push({ certificate })
    }
    return items
  }

  #revoke(): Promise<Uint8Array> {
    const [first, ...others] = this.#published
    const fingerprints = first === undefined ? [new Uint8Array(32)] : [this.#random.pick([first, ...others])]
    const items = fingerprints.map((fingerprint) => ({ fingerprint, reason: 'key-compromise' }))
    return this.#driven.sign([['pki', 'revoke', items]], [regulator.signer])
  }

  #massRevoke(member: TestMember): Promise<Uint8Array> {
    const random = this.#random
    const predicate = {
      manufacturer: member.id,
      reason: random.pick(['superseded', 'privilege-withdrawn']),
      ...(random.chance(0.5) ? { model: random.pick(words.model) } : {}),
      ...(random.chance(0.5) ? { batch: random.pick(words.batch) } : {}),
      ...(random.chance(0.5) ? { firmwareBelow: random.pick(words.firmware) } : {}),
      ...(random.chance(0.5) ? { serialFrom: 'A1', serialTo: 'A2' } : {}),
    }
    return this.#driven.sign([['pki', 'mass-revoke', predicate]], [regulator.signer])
  }
}
