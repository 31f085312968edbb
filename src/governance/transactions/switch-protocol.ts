import { Struct, Unsigned64, Whole } from '../../codec/index.ts'
import { recordAddress } from '../../module/index.ts'
import { protocolState } from '../collections.ts'
import { defineDecision } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { protocolScheduled } from '../events.ts'
import { protocolNotice } from '../limits.ts'

const only = new Uint8Array(0)

/**
 * Decides that the next protocol begins at a height. Whether a node's program knows it is no part of the rule: nodes of
 * different releases must agree on the decision. One that does not know it stops at the height, until it is updated.
 */
export const switchProtocol = defineDecision({
  summary: 'Switches the chain to the next protocol at a height.',
  body: Struct({ version: Whole({ minimum: 1, maximum: 65_535 }), height: Unsigned64 }),
  reads: () => [recordAddress(protocolState, only)],
  decide: (amendment, { version, height }) => {
    const { context } = amendment
    const present = amendment.get(protocolState, only)?.version ?? context.protocol
    if (version !== present + 1) {
      throw governanceError('unknown-protocol', { protocol: version, present })
    }
    if (height < context.height + protocolNotice) {
      throw governanceError('height-too-near', { at: height, height: context.height, notice: protocolNotice })
    }
    amendment.put(protocolState, { version: present, next: { version, height } })
    amendment.afterwards((written) => written.emit(protocolScheduled, { version, height }))
  },
})
