/** The genesis: what a chain starts with. Its digest names the chain for ever. */
import {
  Bytes,
  decodeAs,
  encodeAs,
  FixedBytes,
  List,
  Name,
  Optional,
  Struct,
  Text,
  toHex,
  Unsigned64,
  type ValueOf,
  Whole,
} from '../codec/index.ts'
import { ed25519Spki, sha256 } from '../crypto/portable/index.ts'
import type { GenesisInput } from '../engine/port.ts'
import { EngineName, MemberId, PurposeKeys } from '../governance/index.ts'
import { timestampFromMilliseconds, type Validator } from '../light/index.ts'
import { chainError } from './errors.ts'

const GenesisMember = Struct({
  id: MemberId,
  name: Text({ maximum: 100 }),
  roles: List(Name, { minimum: 1, maximum: 16 }),
  keys: List(PurposeKeys, { minimum: 1, maximum: 4 }),
})

export const Genesis = Struct({
  name: Text({ maximum: 40, pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' }),
  /** Milliseconds since 1970: the time of the first block. */
  time: Unsigned64,
  protocol: Whole({ minimum: 1, maximum: 65_535 }),
  members: List(GenesisMember, { minimum: 1, maximum: 1024 }),
  /** What differs from the modules' initial values; `value` is the parameter's CBOR. */
  parameters: List(Struct({ module: Name, name: Name, value: Bytes({ maximum: 32 * 1024 }) }), { maximum: 256 }),
  /** Raw Ed25519 keys, their power, and the member that answers for each. */
  validators: List(Struct({ key: FixedBytes(32), power: Unsigned64, member: Optional(MemberId) }), {
    minimum: 1,
    maximum: 256,
  }),
  /** Validators can change under `cometbft` only; without it they stay what they are, whichever engine runs the chain. */
  engine: Optional(EngineName),
})
export type Genesis = ValueOf<typeof Genesis>

/** SHA-256 of the genesis' bytes. */
export function genesisDigest(genesis: Genesis): Uint8Array {
  return sha256(encodeAs(Genesis, genesis))
}

/** Name, dash, the first 8 hexadecimal digits of the digest. */
export function chainIdOf(genesis: Genesis): string {
  return `${genesis.name}-${toHex(genesisDigest(genesis)).slice(0, 8)}`
}

export function genesisValidators(genesis: Genesis): readonly Validator[] {
  return genesis.validators.map(({ key, power }) => ({ key: ed25519Spki(key), power }))
}

/** What an engine is started with. */
export function engineGenesis(genesis: Genesis): GenesisInput {
  return {
    chainId: chainIdOf(genesis),
    time: timestampFromMilliseconds(genesis.time),
    validators: genesisValidators(genesis),
    application: encodeAs(Genesis, genesis),
    initialHeight: 1n,
  }
}

/** Reads what an engine hands over, and checks that it is the same chain. @throws chain.genesis and codes of `codec` */
export function readEngineGenesis(input: GenesisInput): Genesis {
  const genesis = decodeAs(Genesis, input.application)
  if (chainIdOf(genesis) !== input.chainId) throw chainError('genesis', { reason: "its digest is not the chain id's" })
  const given = input.validators.map(({ key, power }) => `${toHex(key.spki)}:${power}`).sort()
  const own = genesisValidators(genesis).map(({ key, power }) => `${toHex(key.spki)}:${power}`)
  if (own.sort().join() !== given.join()) throw chainError('genesis', { reason: 'the engine has other validators' })
  return genesis
}
