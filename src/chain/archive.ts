/** A block as it is archived: everything that executing it again needs. */
import {
  Bytes,
  DigestBytes,
  decodeAs,
  encodeAs,
  FixedBytes,
  Flag,
  List,
  Row,
  Unsigned64,
  Whole,
  Word,
} from '../codec/index.ts'
import { maximumBlockBytes } from '../engine/index.ts'
import type { BlockInput } from '../engine/port.ts'

const Time = Row({ seconds: Unsigned64, nanos: Whole({ maximum: 999_999_999 }) })
const Address = FixedBytes(20)

const ArchivedBlock = Row({
  height: Unsigned64,
  hash: DigestBytes,
  time: Time,
  proposer: Address,
  misbehaviour: List(
    Row({
      kind: Word('duplicate-vote', 'light-client-attack'),
      validator: Address,
      power: Unsigned64,
      height: Unsigned64,
      time: Time,
      totalPower: Unsigned64,
    }),
    { maximum: 1024 },
  ),
  votedLast: List(Row({ validator: Address, signed: Flag }), { maximum: 1024 }),
  // Whatever the engine has ordered is archived, also what is too large to be a transaction.
  transactions: List(Bytes({ maximum: maximumBlockBytes }), { maximum: 1_000_000 }),
})

export function encodeBlock(input: BlockInput): Uint8Array {
  return encodeAs(ArchivedBlock, input)
}

/** Transactions of the result are views of `bytes`. @throws every code of `codec` */
export function decodeBlock(bytes: Uint8Array): BlockInput {
  return decodeAs(ArchivedBlock, bytes)
}
