import { encodeAs, Optional, Struct } from '../../../src/codec/index.ts'
import { governanceError, governancePorts, MemberId } from '../../../src/governance/index.ts'
import { defineTransaction } from '../../../src/module/index.ts'
import { DeviceSerial, isRising } from '../../voucher/index.ts'
import { pkiName } from '../collections.ts'
import { pkiError } from '../errors.ts'
import { certificatesMassRevoked } from '../events.ts'
import { DeviceWord, Firmware, MassRevocation, RevocationReason } from '../schemas.ts'
import { requireRevoker } from './revoke.ts'

/** Revokes every certificate of a manufacturer that fits a predicate, with one leaf, from the next block on. */
export const massRevoke = defineTransaction({
  summary: 'Revokes all certificates of a manufacturer that fit a predicate.',
  body: Struct({
    manufacturer: MemberId,
    reason: RevocationReason,
    model: Optional(DeviceWord),
    batch: Optional(DeviceWord),
    firmwareBelow: Optional(Firmware),
    serialFrom: Optional(DeviceSerial),
    serialTo: Optional(DeviceSerial),
  }),
  allow: (context, { manufacturer }) => requireRevoker(context, manufacturer),
  reads: ({ manufacturer }) => governancePorts.member.reads(manufacturer),
  apply: (context, { manufacturer, serialFrom, serialTo, ...predicate }) => {
    if (context.call(governancePorts.member, manufacturer) === undefined) {
      throw governanceError('unknown-member', { member: manufacturer })
    }
    const serials = serialRange(serialFrom, serialTo)
    const content = encodeAs(MassRevocation, { ...predicate, ...(serials === undefined ? {} : { serials }) })
    const fact = { module: pkiName, height: context.height, time: context.time, content }
    context.call(governancePorts.standingFact, { member: manufacturer, fact })
    context.emit(certificatesMassRevoked, { manufacturer, revocation: content })
  },
})

function serialRange(from: string | undefined, to: string | undefined) {
  if (from === undefined && to === undefined) return undefined
  if (from === undefined || to === undefined || !isRising({ from, to })) {
    throw pkiError('serial-range', { from: from ?? 'nothing', to: to ?? 'nothing' })
  }
  return { from, to }
}
