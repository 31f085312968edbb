/**
 * What a node looks at before it carries: nobody makes it sign and store what no voucher covers. The block decides anew;
 * a yes here is worth nothing, a no says why with all its details.
 */
import { parseCertificate } from '../../pki/certificate/index.ts'
import { decodeVoucher, requireCovered, requireLineKeys, type Voucher, voucherError } from '../../pki/voucher/index.ts'
import type { Chain } from '../../src/chain/index.ts'
import { utf8 } from '../../src/codec/index.ts'
import { verifySignatures } from '../../src/crypto/index.ts'
import { type Member, members, type Standing, standings } from '../../src/governance/index.ts'
import { recordAddress } from '../../src/module/index.ts'

export type ExaminedChain = Pick<Chain, 'id' | 'head'> & { readonly stateReader: Pick<Chain['stateReader'], 'fetch'> }

/** What a certificate came with, after the examination. */
export type Submission = {
  readonly certificate: Uint8Array
  readonly voucher: Uint8Array
  /** SHA-256 of the certificate. */
  readonly fingerprint: Uint8Array
}

type Known = { readonly height: bigint; readonly vouched: Promise<void> }

export class Examination {
  readonly #chain: ExaminedChain
  /** Equal vouchers are one object: each is verified once, and looked up in the state once a block. */
  readonly #signatures = new WeakMap<Voucher, Promise<boolean>>()
  readonly #known = new WeakMap<Voucher, Known>()

  constructor(chain: ExaminedChain) {
    this.#chain = chain
  }

  /** @throws what `parseCertificate`, `decodeVoucher`, `requireCovered` and `requireLineKeys` throw; voucher.signature */
  async pass(certificate: Uint8Array, voucher: Uint8Array): Promise<Submission> {
    const parsed = parseCertificate(certificate)
    const permit = decodeVoucher(voucher)
    requireCovered(permit, parsed, { chain: this.#chain.id, time: this.#chain.head?.time ?? 0n })
    await this.#vouched(permit)
    return { certificate, voucher, fingerprint: parsed.fingerprint }
  }

  #vouched(voucher: Voucher): Promise<void> {
    const height = this.#chain.head?.height ?? 0n
    const known = this.#known.get(voucher)
    if (known?.height === height) return known.vouched
    const vouched = this.#lookUp(voucher)
    this.#known.set(voucher, { height, vouched })
    // A refusal may be that of a store which is away for a moment: only a yes is kept.
    vouched.catch(() => this.#known.delete(voucher))
    return vouched
  }

  async #lookUp(voucher: Voucher): Promise<void> {
    requireLineKeys(voucher, await this.#member(voucher.manufacturer))
    if (!(await this.#verified(voucher))) throw voucherError('signature')
  }

  #verified(voucher: Voucher): Promise<boolean> {
    const known = this.#signatures.get(voucher)
    if (known !== undefined) return known
    const verified = verifySignatures(voucher.checks).then((verdicts) => verdicts.every((holds) => holds))
    this.#signatures.set(voucher, verified)
    return verified
  }

  /** Both in one question to the store. */
  async #member(id: string): Promise<{ readonly member: Member; readonly standing: Standing } | undefined> {
    const addresses = [recordAddress(members, utf8(id)), recordAddress(standings, utf8(id))] as const
    const keys = new Map(addresses.map(({ id, key }) => [id, key]))
    const found = await this.#chain.stateReader.fetch('records', keys)
    const [member, standing] = [found.get(addresses[0].id), found.get(addresses[1].id)]
    if (member === undefined || standing === undefined) return undefined
    return { member: members.decode(member), standing: standings.decode(standing) }
  }
}
