import { Struct, Unsigned64, Whole } from '../../codec/index.ts'
import { defineTransaction, recordAddress } from '../../module/index.ts'
import { protocolState } from '../collections.ts'
import { governanceError } from '../errors.ts'
import { protocolScheduled } from '../events.ts'
import { protocolNotice } from '../limits.ts'
import { authority } from '../parameters.ts'
import { parameterInForce } from '../ports.ts'
import { requireQuorum } from '../signers.ts'

const only = new Uint8Array(0)

/**
 * Decides that the next protocol begins at a height. Whether a node's program knows it is no part of the rule: nodes of
 * different releases must agree on the decision. One that does not know it stops at the height, until it is updated.
 */
export const switchProtocol = defineTransaction({
  summary: 'Switches the chain to the next protocol at a height.',
  body: Struct({ version: Whole({ minimum: 1, maximum: 65_535 }), height: Unsigned64 }),
  allow: (context) => requireQuorum(context, parameterInForce(context, authority)),
  reads: () => [recordAddress(protocolState, only)],
  apply: (context, { version, height }) => {
    const present = context.get(protocolState, only)?.version ?? context.protocol
    if (version !== present + 1) {
      throw governanceError('unknown-protocol', { protocol: version, present })
    }
    if (height < context.height + protocolNotice) {
      throw governanceError('height-too-near', { at: height, height: context.height, notice: protocolNotice })
    }
    context.put(protocolState, { version: present, next: { version, height } })
    context.emit(protocolScheduled, { version, height })
  },
})
