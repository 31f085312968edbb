import { Struct, Unsigned64, Whole } from '../../codec/index.ts'
import { defineTransaction, recordAddress, type TransactionType } from '../../module/index.ts'
import { protocolState } from '../collections.ts'
import { governanceError } from '../errors.ts'
import { protocolScheduled } from '../events.ts'
import { protocolNotice } from '../limits.ts'
import { authority } from '../parameters.ts'
import { parameterInForce } from '../ports.ts'
import { requireQuorum } from '../signers.ts'

const only = new Uint8Array(0)

/** Decides that the next protocol begins at a height. `known` says which versions the program can run. */
export function switchProtocol(known: () => ReadonlySet<number>): TransactionType {
  return defineTransaction({
    summary: 'Switches the chain to the next protocol at a height.',
    body: Struct({ version: Whole({ minimum: 1, maximum: 65_535 }), height: Unsigned64 }),
    allow: (context) => requireQuorum(context, parameterInForce(context, authority)),
    reads: () => [recordAddress(protocolState, only)],
    apply: (context, { version, height }) => {
      const present = context.get(protocolState, only)?.version ?? context.protocol
      if (version !== present + 1 || !known().has(version)) {
        throw governanceError('unknown-protocol', { protocol: version, present })
      }
      if (height < context.height + protocolNotice) {
        throw governanceError('height-too-near', { at: height, height: context.height, notice: protocolNotice })
      }
      context.put(protocolState, { version: present, next: { version, height } })
      context.emit(protocolScheduled, { version, height })
    },
  })
}
