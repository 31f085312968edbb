/** Whether a voucher permits a certificate: in the block, and before it on a node that does not want to carry in vain. */
import { toHex } from '../../src/codec/index.ts'
import { keyDigest } from '../../src/crypto/portable/index.ts'
import { governanceError, type Member, type Standing, stateOf } from '../../src/governance/index.ts'
import type { Certificate } from '../certificate/index.ts'
import { voucherError } from './errors.ts'
import { isWithin } from './serial-range.ts'
import type { Voucher } from './voucher.ts'

/**
 * What can be said without state.
 * @param at the chain, and block time in milliseconds
 * @throws voucher.other-chain, voucher.expired, voucher.other-manufacturer, voucher.outside-range
 */
export function requireCovered(
  { chain: named, manufacturer: voucherOf, serials, expires }: Voucher,
  { subject }: Certificate,
  { chain, time }: { readonly chain: string; readonly time: bigint },
): void {
  if (named !== chain) throw voucherError('other-chain', { named, chain })
  if (expires <= time) throw voucherError('expired', { expires, time })
  const { organization: manufacturer = '', serialNumber: serial = '' } = subject
  if (voucherOf !== manufacturer) throw voucherError('other-manufacturer', { named: voucherOf, manufacturer })
  if (!isWithin(serial, serials)) throw voucherError('outside-range', { serial, ...serials })
}

/**
 * Whether the manufacturer, as it stands, vouches: an active member whose present `line` keys have signed, as many as
 * their threshold. That the signatures hold is checked beside it.
 * @throws governance.unknown-member, governance.member-not-active, voucher.wrong-key, voucher.threshold-not-met
 */
export function requireLineKeys(
  { manufacturer, keys }: Voucher,
  found: { readonly member: Member; readonly standing: Standing } | undefined,
): Member {
  if (found === undefined) throw governanceError('unknown-member', { member: manufacturer })
  const state = stateOf(found.standing)
  if (state !== 'active') throw governanceError('member-not-active', { member: manufacturer, state })
  const line = found.member.keys.find(({ purpose }) => purpose === 'line')
  const own = new Set((line?.keys ?? []).map((key) => toHex(keyDigest(key))))
  const stranger = keys.find((key) => !own.has(toHex(keyDigest(key))))
  if (line === undefined || stranger !== undefined) {
    throw voucherError('wrong-key', { key: keyDigest(stranger ?? keys[0]!), manufacturer })
  }
  const { threshold: needed } = line
  if (keys.length < needed) throw voucherError('threshold-not-met', { count: keys.length, manufacturer, needed })
  return found.member
}
